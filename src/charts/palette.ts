/** Colours of one theme, each with a contrast of at least 4.5 to what it stands on. */
export interface Palette {
  readonly paper: string;
  readonly box: string;
  /** Of a box with others in it. */
  readonly frame: string;
  readonly line: string;
  readonly text: string;
  /** Descriptions, tags, and what changes nothing. */
  readonly faint: string;
  readonly edge: string;
  readonly mark: string;
}

export const light: Palette = {
  paper: '#ffffff',
  box: '#ffffff',
  frame: '#f6f8fa',
  line: '#8c959f',
  text: '#1f2328',
  faint: '#59636e',
  edge: '#57606a',
  mark: '#bc4c00',
};

export const dark: Palette = {
  paper: '#0d1117',
  box: '#21262d',
  frame: '#161b22',
  line: '#6e7681',
  text: '#e6edf3',
  faint: '#9198a1',
  edge: '#9198a1',
  mark: '#f0883e',
};
