/**
 * A name as a part of an element's id: letters and digits stay, `_` is doubled, anything else becomes its code point in
 * hexadecimal between two `_`. Two names never give the same, and the result is safe in XML, DOT, Mermaid and URLs.
 */
export function idPart(name: string): string {
  if (name === '') return '_empty_';
  return name.replaceAll(/[^A-Za-z0-9]/gu, (sign) =>
    sign === '_' ? '__' : `_${(sign.codePointAt(0) ?? 0).toString(16)}_`,
  );
}

/** The id of the state at this path: that of XState when nobody gave another (`task.running.active`), made safe. */
export function stateId(machineId: string, path: readonly string[]): string {
  // XState's name for a machine that has none.
  const first = machineId === '(machine)' ? 'machine' : idPart(machineId);
  const start = /^[A-Za-z_]/.test(first) ? first : `_${first}`;
  return [start, ...path.map(idPart)].join('.');
}

/** The id of something that belongs to a state. Two dots stand in no id of a state. */
export function idWithin(state: string, ...parts: readonly (string | number)[]): string {
  return `${state}..${parts.map((part) => idPart(String(part))).join('.')}`;
}
