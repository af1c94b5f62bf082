/** Why a mutant changes nothing that anybody could see, by its name. A mutant that is killed has no place here. */
export const equivalents: Readonly<Record<string, string>> = {
  'lost wake-up after a slot':
    'the dispatcher looks again until a take brought less than was asked for; then a free slot alone finds nothing',
};
