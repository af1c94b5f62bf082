// A face of the supervisor under somebody's privileges: `authorize` decides, and what it does not grant is refused.
import { type Authorize, type Supervisor, createSupervisor, defineTask, isFault } from '../src/index.ts';

const scan = defineTask({ type: 'scan', run: ({ sleep }) => sleep(60_000) });

interface User {
  readonly name: string;
  readonly role: 'guest' | 'operator';
}
const authorize: Authorize<User> = ({ principal, privilege, task, type }) => {
  if (principal.role === 'operator') return true;
  if (privilege === 'Task.Create') return type === 'scan';
  return (
    privilege === 'System.View' && task?.reason.kind === 'user' && task.reason.userName === principal.name
  );
};

await using supervisor = await createSupervisor({ tasks: [scan], authorize });
const guest = supervisor.as({ name: 'Ada', role: 'guest' });
const operator = supervisor.as({ name: 'Grace', role: 'operator' });

const own = await guest.submit(scan, undefined, { initiatedBy: 'Ada' });
const other = await operator.submit(scan, undefined, { initiatedBy: 'Grace' });

const count = async (face: Supervisor) => (await Array.fromAsync(face.tasks())).length;
console.log('the guest sees', await count(guest), 'and the operator', await count(operator));

const refusal = (error: unknown) => {
  if (!isFault(error)) throw error;
  return [error.name, error.privilegeId];
};
console.log('guest cancels own:  ', await own.cancel().catch(refusal));
console.log('guest looks around: ', await guest.task(other.key).catch(refusal));
console.log('guest drains:       ', await guest.drain().catch(refusal));
console.log('nobody submits:     ', await supervisor.as(undefined).submit(scan).catch(refusal));

// A handle keeps the privileges of the face that gave it.
const same = await operator.task(own.key);
console.log('operator cancels it:', await same.cancel());
console.log('the process itself: ', await (await supervisor.task(other.key)).cancel());
await supervisor.idle();

/* Prints:
the guest sees 1 and the operator 2
guest cancels own:   [ 'NoPermission', 'Global.CancelTask' ]
guest looks around:  [ 'NoPermission', 'System.View' ]
guest drains:        [ 'NoPermission', undefined ]
nobody submits:      [ 'NotAuthenticated', undefined ]
operator cancels it: requested
the process itself:  requested
*/
