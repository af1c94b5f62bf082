export { drawingOf } from './drawing.ts';
export type { Drawing, DrawnInvoke, DrawnState, DrawnTransition, StateKind, Trigger } from './drawn.ts';
export { toDot } from './dot.ts';
export { type DrawnStep, type MermaidOptions, toMermaid } from './mermaid.ts';
export type { DrawnPart, DrawOptions } from './options.ts';
export type { DrawnAction, DrawnGuard } from './wording.ts';
export { type LayoutEngine } from './elk.ts';
export { type SvgOptions, toSvg } from './svg.ts';
export { type ScxmlOptions, toScxml } from './scxml.ts';
