import type { DrawnState } from './drawn.ts';
import { eventName } from './scxml-names.ts';
import { escapeXml } from './text.ts';
import type { DrawnAction } from './wording.ts';

export function attributes(all: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(all)
    .map(([name, value]) => (value === undefined ? '' : ` ${name}="${escapeXml(value)}"`))
    .join('');
}

export function block(name: string, content: readonly string[], indent: string): string[] {
  if (content.length === 0) return [];
  return [`${indent}<${name}>`, ...content.map((line) => `${indent}  ${line}`), `${indent}</${name}>`];
}

export function element(
  name: string,
  all: Readonly<Record<string, string | undefined>>,
  actions: readonly DrawnAction[],
  indent: string,
  source?: DrawnState,
): string[] {
  const head = `${indent}<${name}${attributes(all)}`;
  if (actions.length === 0) return [`${head}/>`];
  const content = actions.map((action) => `${indent}  ${actionElement(action, source)}`);
  return [`${head}>`, ...content, `${indent}</${name}>`];
}

export function actionElement({ kind, text, event, delay }: DrawnAction, source?: DrawnState): string {
  if (kind === 'raise' && event !== undefined)
    return delay === undefined
      ? `<raise event="${eventName(event)}"/>`
      : sendElement({ event: eventName(event), delay }, source);
  return `<log label="${escapeXml(text)}"/>`;
}

/** A delay whose time only code knows is not counted here: whoever runs the document sends its event. */
export function sendElement(
  { event, delay, id }: { event: string; delay: number | string; id?: string },
  source: DrawnState | undefined,
): string {
  const known: unknown =
    typeof delay === 'number' ? delay : source?.node.machine.implementations.delays[delay];
  if (typeof known !== 'number') return `<log${attributes({ label: `send(${event} after ${delay})` })}/>`;
  return `<send${attributes({ event, id, delay: `${known}ms` })}/>`;
}
