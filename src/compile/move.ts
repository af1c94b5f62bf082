import type { Node, Transition } from './state-node.ts';

export interface Move {
  /** The path of active states after it. */
  readonly nodes: readonly Node[];
  readonly exited: readonly Node[];
  readonly entered: readonly Node[];
  /** Those that are entered as themselves, and whose initial actions are therefore due. */
  readonly byDefault: ReadonlySet<Node>;
}

/** What a transition leaves and enters; undefined where that depends on more than the path. */
export function moveOf(path: readonly Node[], { source, target, reenter }: Transition): Move | undefined {
  if (!target?.length) return { nodes: path, exited: [], entered: [], byDefault: new Set() };
  const [node] = target;
  if (!node || target.length > 1 || isPseudo(node)) return undefined;
  const domain = domainOf(source, node, reenter);
  const leavesDomain = reenter && source === domain;
  const exited = path
    .filter((each) => isInside(each, domain) || (leavesDomain && each === domain))
    .toReversed();
  const isEntered = node !== source || source !== domain || reenter;
  const above = ancestorsOf(node, domain).toReversed();
  const below = defaultsOf(node);
  if (!below || [...exited, ...above].some(isPseudo) || exited.some(hasHistory)) return undefined;
  const entered = [...above, ...(isEntered ? [node] : []), ...below];
  const kept = path.filter((each) => !exited.includes(each) && !entered.includes(each));
  const byDefault = new Set([...(isEntered ? [node] : []), ...below]);
  return { nodes: [...kept, ...entered], exited, entered, byDefault };
}

/** The state inside of which all of it happens; undefined: the root itself is left and entered again. */
function domainOf(source: Node, target: Node, reenter: boolean): Node | undefined {
  if (!reenter && (target === source || isInside(target, source))) return source;
  const common = ancestorsOf(target, undefined).find((each) => isInside(source, each));
  return common ?? (reenter ? undefined : ancestorsOf(source, undefined).at(-1));
}

/** What is entered by itself inside of a state that is. */
function defaultsOf(node: Node): readonly Node[] | undefined {
  if (node.type !== 'compound') return node.type === 'parallel' ? undefined : [];
  const [initial] = node.initial.target;
  if (!initial || isPseudo(initial)) return undefined;
  const inner = defaultsOf(initial);
  return inner && [initial, ...inner];
}

/** From its parent up to the child of `until`; of all, where that is undefined. */
export function ancestorsOf(node: Node, until: Node | undefined): Node[] {
  const found: Node[] = [];
  if (node === until) return found;
  for (let each = node.parent; each && each !== until; each = each.parent) found.push(each);
  return found;
}

function isInside(node: Node, outer: Node | undefined): boolean {
  return outer === undefined || ancestorsOf(node, undefined).includes(outer);
}

function isPseudo({ type }: Node): boolean {
  return type === 'history' || type === 'parallel';
}

function hasHistory({ states }: Node): boolean {
  return Object.values(states).some(({ type }) => type === 'history');
}
