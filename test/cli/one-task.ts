// A module that exports one definition, as its default.
import { defineTask } from '../../src/index.ts';

export default defineTask({ type: 'echo', run: ({ input }: { readonly input?: unknown }) => input });
