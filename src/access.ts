import { Fault, isFault, notFound, show } from './fault.ts';
import type { TaskRecord } from './record.ts';
import type { Runtime } from './runtime.ts';
import { type TaskInfo, taskInfo } from './task-info.ts';

/** The seed's privileges, one for each kind of operation. */
export type Privilege = 'System.View' | 'Global.CancelTask' | 'Task.Update' | 'Task.Create';

/** What an authorizer is asked. */
export interface Request<P = unknown> {
  readonly principal: P;
  readonly privilege: Privilege;
  /** The task that it is about; left out where there is none yet. */
  readonly task?: TaskInfo;
  /** The type of the task. */
  readonly type?: string;
}

/** Whether the principal has the privilege. What throws or rejects denies. */
export type Authorize<P = unknown> = (request: Request<P>) => boolean | PromiseLike<boolean>;

/** Under whose privileges operations are done. Order of checks: the task exists, authenticated, privilege. */
export interface Access {
  /** The record as it is; after every check that lets this caller see it. */
  permit(privilege: Privilege, key: string): Promise<TaskRecord>;
  permitType(privilege: Privilege, type: string): Promise<void>;
  /** Whether the task is shown in a list. */
  shows(record: TaskRecord): Promise<boolean>;
  /** Whether there is nothing to check: then an operation finds out by itself whether its task exists. */
  readonly isTrusted: boolean;
}

/** The access of the process that owns the supervisor. */
export function trusted(runtime: Runtime): Access {
  return {
    isTrusted: true,
    permit: (_privilege, key) => runtime.orStopped(existing(runtime, key)),
    permitType: () => Promise.resolve(),
    shows: () => Promise.resolve(true),
  };
}

/** The access of a principal; without an authorizer it has no privilege. */
export function authorized(runtime: Runtime, authorize: Authorize | undefined, principal: unknown): Access {
  const isAnonymous = principal === undefined || principal === null;
  const check = async (request: Omit<Request, 'principal'>, object: string) => {
    if (isAnonymous) {
      throw new Fault(
        'NotAuthenticated',
        `Expected a principal for ${request.privilege}, got ${show(principal)}.`,
        { obj: object },
      );
    }
    const refused = await ask(authorize, { ...request, principal });
    if (refused) throw noPermission(object, request.privilege, refused);
  };
  const about = (privilege: Privilege, record: TaskRecord) =>
    check({ privilege, task: taskInfo(record), type: record.creation.type }, record.key);
  return {
    isTrusted: false,
    permit(privilege, key) {
      const permitted = existing(runtime, key).then(async (record) => {
        await about(privilege, record);
        return record;
      });
      // An authorizer may never answer, and then nothing waits for it but this call.
      return runtime.orStopped(permitted);
    },
    permitType: (privilege, type) => runtime.orStopped(check({ privilege, type }, type)),
    shows: (record) =>
      runtime.orStopped(about('System.View', record)).then(
        () => true,
        (fault: unknown) => {
          if (!isFault(fault, 'NoPermission')) throw fault;
          return false;
        },
      ),
  };
}

/** Why the request is refused; undefined when it is granted. */
async function ask(
  authorize: Authorize | undefined,
  request: Request,
): Promise<{ why: string; cause?: unknown } | undefined> {
  if (!authorize) return { why: 'createSupervisor was given no authorize, so nobody has any' };
  try {
    const granted = await authorize(request);
    return granted === true ? undefined : { why: `authorize answered ${show(granted)}` };
  } catch (cause) {
    return { why: `authorize threw ${show(cause)}`, cause };
  }
}

function noPermission(
  object: string,
  privilegeId: Privilege,
  { why, cause }: { why: string; cause?: unknown },
): Fault {
  const message = `Expected the privilege ${privilegeId} on ${object}, but ${why}.`;
  return new Fault('NoPermission', message, {
    object,
    privilegeId,
    ...(cause === undefined ? {} : { cause }),
  });
}

async function existing(runtime: Runtime, key: string): Promise<TaskRecord> {
  const record = await runtime.read(key);
  if (!record) throw notFound(key);
  return record;
}
