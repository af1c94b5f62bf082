/** Why a mutant changes nothing that anybody could see, by its name. A mutant that is killed has no place here. */
export const equivalents: Readonly<Record<string, string>> = {};
