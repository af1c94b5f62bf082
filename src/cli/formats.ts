/** What a machine can be drawn as. */
export const formats = ['mermaid', 'svg', 'scxml', 'dot'] as const;

export type Format = (typeof formats)[number];
