// What happened: `events()` tells the process's own story, `inspect` shows the XState actors behind it.
import { createSupervisor, defineTask } from '../src/index.ts';

const index = defineTask({
  type: 'index',
  async run({ task, sleep }) {
    task.log('half way');
    await task.updateProgress(50);
    await sleep(60_000);
  },
});

// A live task is an actor of the chart in `taskchart/machines`; the supervisor's own actor is its parent.
const steps: string[] = [];
const supervisor = await createSupervisor({
  tasks: [index],
  inspect: (inspection) => {
    const isTask = inspection.actorRef.sessionId !== inspection.rootId;
    if (inspection.type !== '@xstate.snapshot' || !isTask) return;
    const { value } = inspection.snapshot as { value?: unknown };
    steps.push(`${inspection.event.type}: ${JSON.stringify(value)}`);
  },
});

const events = supervisor.events();
const story = (async () => {
  for await (const event of events) {
    if (event.kind === 'changed') console.log(event.sequence, event.event, event.outcome, event.state);
    else if (event.kind === 'log') console.log('  the body says:', event.message);
    else if (event.kind === 'supervisor') console.log('  the supervisor:', event.state);
    else console.log(' ', event.kind);
  }
})();

const task = await supervisor.submit(index);
for await (const { progress, cancelled } of task.watch()) {
  if (progress === 50 && !cancelled) await task.cancel();
}
await supervisor.stop();
await story; // the events end with the supervisor
console.log(steps.join('\n'));

/* Prints:
1 CREATE ok queued
2 START ok running
  the body says: half way
3 UPDATE_PROGRESS ok running
4 CANCEL requested running
5 BODY_THREW ok error
  the supervisor: draining.closing
  the supervisor: stopped
xstate.init: "queued"
START: {"running":"active"}
UPDATE_PROGRESS: {"running":"active"}
CANCEL: {"running":"canceling"}
BODY_THREW: "error"
*/
