import type { AnyStateMachine } from 'xstate';
import { drawingOf } from './drawing.ts';
import type { Drawing, DrawnState, DrawnTransition } from './drawn.ts';
import { idPart } from './element-id.ts';
import { type DrawOptions, checked } from './options.ts';
import { type Conditions, conditionsOf } from './scxml-guards.ts';
import { actionElement, attributes, block, element, sendElement } from './scxml-elements.ts';
import { descriptorOf, inOrder, scxmlId, timerOf } from './scxml-names.ts';
import { isWithin } from './transitions.ts';
import { type DrawnAction, brief } from './wording.ts';

export interface ScxmlOptions extends DrawOptions {
  /**
   * What guards say, by their text in the drawing (`isOld`, `isOlder(than: 18)`), one without a name by the id of its
   * transition. Default: false.
   */
  readonly guards?: Readonly<Record<string, boolean>>;
}

/**
 * The machine as a document of W3C's SCXML: its states, and which event leads where. Code is not carried: a guard is a
 * boolean of the data model (`guards_`), an action without an element of its own a `log` that names it. Cost: linear.
 *
 * @throws InvalidArgument for what is no machine of XState 5, and for an option that does not exist.
 */
export function toScxml(machine: AnyStateMachine, options: ScxmlOptions = {}): string {
  checked(options);
  const drawing = drawingOf(machine);
  const conditions = conditionsOf(drawing, options.guards ?? {});
  const { root } = drawing;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<scxml xmlns="http://www.w3.org/2005/07/scxml" xmlns:chart="urn:taskchart:chart" version="1.0" ' +
      `name="${scxmlId(root)}" datamodel="ecmascript" initial="${scxmlId(root)}">`,
    ...conditions.data,
    ...stateElement(root, { drawing, conditions }, '  '),
    ...(canEnd(root) ? [`  <final id="${endOf(root)}"/>`] : []),
    '</scxml>\n',
  ].join('\n');
}

interface Document {
  readonly drawing: Drawing;
  readonly conditions: Conditions;
}

/** A machine ends with its root; SCXML ends in a final state outside of any other. */
function canEnd({ kind, states }: DrawnState): boolean {
  return kind === 'parallel' || states.some((state) => state.kind === 'final');
}

const endOf = (root: DrawnState) => `${scxmlId(root)}--end`;

function stateElement(state: DrawnState, document: Document, indent: string): string[] {
  const inner = `${indent}  `;
  const name = { final: 'final', parallel: 'parallel' }[state.kind as string] ?? 'state';
  if (state.kind.endsWith('History')) return historyElement(state, document, indent);
  if (name === 'final' && state.parent?.kind === 'parallel') return finalRegion(state, indent);
  const own = document.drawing.transitions.filter(({ source }) => source === state);
  const content = [
    ...initialElement(state, document, inner),
    ...entryElements(state, own, inner),
    // A final state has no transitions in SCXML; XState takes none either.
    ...(name === 'final' ? [] : inOrder(own).flatMap((each) => transitionElement(each, document, inner))),
    ...(state.parent === undefined && canEnd(state)
      ? [`${inner}<transition event="done.state.${scxmlId(state)}" target="${endOf(state)}"/>`]
      : []),
    ...state.invoke.map((actor) => {
      const id = `${scxmlId(state)}--${idPart(actor.id)}`;
      return `${inner}<invoke id="${id}" type="xstate"${attributes({ 'chart:source': actor.source })}/>`;
    }),
    ...state.states.flatMap((each) => stateElement(each, document, inner)),
  ];
  const head = `${indent}<${name} id="${scxmlId(state)}"${aboutState(state)}`;
  return content.length === 0 ? [`${head}/>`] : [`${head}>`, ...content, `${indent}</${name}>`];
}

/** XState takes a final state for a part of a parallel one, SCXML only a state with a final one in it. */
function finalRegion(state: DrawnState, indent: string): string[] {
  const inner = `${indent}  `;
  return [
    `${indent}<state id="${scxmlId(state)}"${aboutState(state)}>`,
    ...entryElements(state, [], inner),
    `${inner}<final id="${scxmlId(state)}--final"/>`,
    `${indent}</state>`,
  ];
}

/** What SCXML has no word for, in attributes of our own, which it allows. */
function aboutState({ name, tags, description, meta }: DrawnState): string {
  return attributes({
    'chart:name': name,
    'chart:tags': tags.length > 0 ? tags.join(' ') : undefined,
    'chart:description': description,
    'chart:meta': meta === undefined ? undefined : brief(meta),
  });
}

function initialElement(state: DrawnState, { drawing }: Document, indent: string): string[] {
  const initial = drawing.defaults.find(({ source }) => source === state);
  if (state.kind !== 'compound' || !initial) return [];
  return [
    `${indent}<initial>`,
    ...element('transition', { target: targetsOf(initial.targets) }, initial.actions, `${indent}  `),
    `${indent}</initial>`,
  ];
}

function historyElement(state: DrawnState, { drawing }: Document, indent: string): string[] {
  const told = drawing.defaults.find(({ source }) => source === state)?.targets;
  const targets = told ?? defaultsIn(state.parent, drawing);
  const type = state.kind === 'deepHistory' ? 'deep' : 'shallow';
  return [
    `${indent}<history id="${scxmlId(state)}" type="${type}"${aboutState(state)}>`,
    `${indent}  <transition target="${targetsOf(targets)}"/>`,
    `${indent}</history>`,
  ];
}

/** Where a state begins: the first of its states, or all of those that are active at once. */
function defaultsIn(state: DrawnState | undefined, drawing: Drawing): readonly DrawnState[] {
  if (state?.kind === 'parallel') return state.states.filter(({ kind }) => !kind.endsWith('History'));
  return drawing.defaults.find(({ source }) => source === state)?.targets ?? [];
}

function entryElements(state: DrawnState, own: readonly DrawnTransition[], indent: string): string[] {
  const delays = own.flatMap(({ trigger }) => (trigger.kind === 'after' ? [trigger.delay] : []));
  const timers = [...new Set(delays)].map((delay) => ({ delay, event: timerOf(state, delay) }));
  const starts = timers.map(({ delay, event }) => sendElement({ event, delay, id: event }, state));
  const stops = timers.map(({ event }) => `<cancel sendid="${event}"/>`);
  return [
    ...block('onentry', [...starts, ...state.entry.map((action) => actionElement(action, state))], indent),
    ...block('onexit', [...stops, ...state.exit.map((action) => actionElement(action, state))], indent),
  ];
}

function transitionElement(transition: DrawnTransition, { drawing, conditions }: Document, indent: string) {
  const { answer, description, trigger, source, guard, actions } = transition;
  const event = descriptorOf(transition);
  const { targets, isInternal, first } = destination(transition, drawing);
  // XML wants one of the three, and a transition that does nothing has none.
  const cond =
    conditions.of(transition) ?? (event === undefined && targets.length === 0 ? 'true' : undefined);
  const all = {
    event,
    cond,
    type: isInternal ? 'internal' : undefined,
    target: targets.length > 0 ? targetsOf(targets) : undefined,
    'chart:event': event !== undefined && trigger.text !== event ? trigger.text : undefined,
    'chart:guard': guard?.text,
    'chart:answer': answer,
    'chart:description': description,
  };
  return element('transition', all, [...actions, ...first], indent, source);
}

interface Destination {
  readonly targets: readonly DrawnState[];
  readonly isInternal: boolean;
  /** The actions of the entry that it makes by itself. */
  readonly first: readonly DrawnAction[];
}

/** XState leaves the source of a transition only if it ends outside, or says `reenter`; SCXML, unless it is internal. */
function destination({ source, targets, reenter }: DrawnTransition, drawing: Drawing): Destination {
  const stays = !reenter && targets.length > 0 && targets.every((target) => isWithin(target, source));
  if (!stays || source.kind === 'parallel') return { targets, isInternal: false, first: [] };
  if (!targets.includes(source)) return { targets, isInternal: true, first: [] };
  const initial = drawing.defaults.find((each) => each.source === source);
  if (!initial) return { targets: [], isInternal: false, first: [] };
  return { targets: initial.targets, isInternal: true, first: initial.actions };
}

function targetsOf(targets: readonly DrawnState[]): string {
  return targets.map(scxmlId).join(' ');
}
