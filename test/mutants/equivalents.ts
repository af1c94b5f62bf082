/** Why a mutant changes nothing that anybody could see, by its name. A mutant that is killed has no place here. */
export const equivalents: Readonly<Record<string, string>> = {
  'supervisor draining.finishing CLAIM[1] removed':
    'what is no child is then refused by the transition of `draining`, which answers the same',
};
