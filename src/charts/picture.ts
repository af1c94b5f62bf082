import type { Drawing, DrawnState, DrawnTransition } from './drawn.ts';
import type { Drawn } from './options.ts';
import { isWithin } from './transitions.ts';

/** A line of text in a box or on an edge. */
export interface Line {
  readonly text: string;
  readonly role: 'tags' | 'description' | 'behaviour' | 'transition';
  /** The transitions that it stands for: one, or those that read alike. Empty when it is none. */
  readonly transitions: readonly DrawnTransition[];
  readonly isMarked: boolean;
}

/** A state with what is written in its box, and the boxes in it. */
export interface Box {
  readonly state: DrawnState;
  readonly lines: readonly Line[];
  readonly boxes: readonly Box[];
  readonly isMarked: boolean;
}

/** All that leads from one state to the same others. */
export interface Edge {
  /** That of its first transition. */
  readonly id: string;
  readonly source: DrawnState;
  readonly targets: readonly DrawnState[];
  readonly lines: readonly Line[];
  readonly isMarked: boolean;
}

/** What is written where. Only where it lies is left to the writers. */
export interface Picture {
  readonly root: Box;
  readonly boxes: readonly Box[];
  readonly edges: readonly Edge[];
  /** From the dot in a box to where it begins, and from a history to where it leads at first. */
  readonly starts: readonly Edge[];
}

/** What is written where, of that which the options leave. */
export function pictureOf(drawing: Drawing, options: Drawn): Picture {
  const boxes: Box[] = [];
  const inside = Map.groupBy(
    drawing.transitions.filter(({ targets }) => targets.length === 0),
    ({ source }) => source,
  );
  const box = (state: DrawnState): Box => {
    const inner: Box[] = [];
    const lines = linesOf(state, inside.get(state) ?? [], options);
    const made = { state, lines, boxes: inner, isMarked: options.mark.has(state.id) };
    boxes.push(made);
    for (const each of state.states) inner.push(box(each));
    return made;
  };
  const root = box(drawing.root);
  const leading = drawing.transitions
    .filter(({ targets }) => targets.length > 0)
    .map((each) => (options.overview ? { ...each, source: boxThatIsLeft(each) } : each));
  const byEnds = Map.groupBy(leading, ({ source, targets }) =>
    [source, ...targets].map(({ id }) => id).join(' '),
  );
  return {
    root,
    boxes,
    edges: [...byEnds.values()].map((alike) => edgeOf(alike, options)),
    starts: drawing.defaults.map((each) => edgeOf([each], options)),
  };
}

/** The outermost box that the transition leaves, or its source when it leaves none. */
function boxThatIsLeft({ source, targets }: DrawnTransition): DrawnState {
  let left = source;
  for (let box = source.parent; box; box = box.parent) {
    const outer = box;
    if (!targets.some((target) => isWithin(target, outer))) left = outer;
  }
  return left;
}

function edgeOf(alike: readonly DrawnTransition[], options: Drawn): Edge {
  const [{ id, source, targets }] = alike as [DrawnTransition];
  const lines = transitionLines(alike, options);
  return { id, source, targets, lines, isMarked: alike.some((each) => options.mark.has(each.id)) };
}

function linesOf(state: DrawnState, inside: readonly DrawnTransition[], options: Drawn): Line[] {
  const { tags, description, entry, exit, invoke } = state;
  const line = (role: Line['role'], text: string): Line => ({ role, text, transitions: [], isMarked: false });
  const { leaveOut } = options;
  const showActions = !leaveOut.has('actions');
  return [
    ...(tags.length > 0 && !leaveOut.has('tags')
      ? [line('tags', tags.map((tag) => `#${tag}`).join(' '))]
      : []),
    ...(description && !leaveOut.has('descriptions') ? [line('description', description)] : []),
    ...(showActions ? entry.map(({ text }) => line('behaviour', `entry / ${text}`)) : []),
    ...(showActions ? exit.map(({ text }) => line('behaviour', `exit / ${text}`)) : []),
    ...invoke.map((actor, index) => line('behaviour', `invoke / ${invokeText(state, actor, index)}`)),
    ...(leaveOut.has('internal') ? [] : transitionLines(inside, options)),
  ];
}

/** The name of its logic, and its id when somebody gave it one. */
function invokeText(
  { node }: DrawnState,
  { id, source }: { id: string; source: string },
  index: number,
): string {
  return id === `${index}.${node.id}` || id === source ? source : `${source} as ${id}`;
}

/** Each on a line of its own, but for those that read alike because something is left out. */
function transitionLines(transitions: readonly DrawnTransition[], options: Drawn): Line[] {
  const isWhole = options.leaveOut.size === 0 && !options.overview;
  const alike = Map.groupBy(transitions, (each) => (isWhole ? each.id : transitionText(each, options)));
  return [...alike.values()].flatMap((group) => {
    const text = group[0] ? transitionText(group[0], options) : '';
    const isMarked = group.some(({ id }) => options.mark.has(id));
    return text === '' ? [] : [{ text, role: 'transition', transitions: group, isMarked }];
  });
}

/** `EVENT [guard] (reenter) / action, action ⇒ answer`. An answer `ok` says no more than that it was taken. */
function transitionText(transition: DrawnTransition, { leaveOut }: Drawn): string {
  const { trigger, guard, reenter, forbidden, actions, answer } = transition;
  const words = [
    trigger.text,
    guard && !leaveOut.has('guards') ? `[${guard.text}]` : '',
    reenter ? '(reenter)' : '',
    forbidden ? '(forbidden)' : '',
    actions.length > 0 && !leaveOut.has('actions') ? `/ ${actions.map(({ text }) => text).join(', ')}` : '',
    answer !== undefined && answer !== 'ok' && !leaveOut.has('answers') ? `⇒ ${answer}` : '',
  ];
  return words.filter((word) => word !== '').join(' ');
}

/** The name of a state, and what it is where a box does not show it. */
export function titleOf({ name, kind }: DrawnState): string {
  if (kind === 'parallel') return `${name} (parallel)`;
  if (kind === 'shallowHistory') return `${name} (H)`;
  return kind === 'deepHistory' ? `${name} (H*)` : name;
}
