// A chart drawn: here as Mermaid, which GitHub, GitLab and most editors show as a picture. Any machine of XState 5 will do.
import { createMachine } from 'xstate';
import { toMermaid } from '../src/charts/index.ts'; // in your project: from 'taskchart/charts'

// #region draw
const light = createMachine({
  id: 'light',
  initial: 'red',
  states: {
    red: { entry: 'stopCars', after: { 30_000: 'green' } },
    green: { on: { WALK: { target: 'red', guard: 'isQuiet' } }, after: { 20_000: 'red' } },
  },
});

console.log(toMermaid(light));
// #endregion

/* Prints:
flowchart TB
  subgraph at_light["light"]
    at_light..initial((" "))
    at_light.red["red<br/>entry / stopCars"]
    at_light.green["green"]
  end
  at_light..initial --> at_light.red
  at_light.red -->|"after 30000 ms"| at_light.green
  at_light.green -->|"WALK [isQuiet]<br/>after 20000 ms"| at_light.red
  classDef initial fill:#57606a,stroke:#57606a
  class at_light..initial initial
*/
