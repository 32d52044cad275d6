/** What {@link handler} is asked to run. */
export interface TaskRequest {
  readonly cluster: string;
  readonly taskDefinition: string;
  readonly subnets: readonly string[];
  readonly securityGroup: string;
  /** The container whose exit code counts. */
  readonly container: string;
  /** The same text starts the task once: an invocation that is tried again finds the task of the first. */
  readonly token: string;
  readonly platformVersion: string;
}

/** A task as Amazon ECS describes it. */
export interface Task {
  readonly taskArn: string;
  readonly lastStatus: string;
  readonly stoppedReason?: string;
  readonly containers?: readonly { readonly name: string; readonly exitCode?: number; readonly reason?: string }[];
}

/** The part of Amazon ECS that is needed here. */
export interface Tasks {
  run(request: TaskRequest): Promise<Task>;
  describe(cluster: string, taskArn: string): Promise<Task | undefined>;
}

interface Sdk {
  readonly ECSClient: new (options: object) => { send(command: unknown): Promise<unknown> };
  readonly RunTaskCommand: new (input: object) => unknown;
  readonly DescribeTasksCommand: new (input: object) => unknown;
}

/** Runs in AWS Lambda: starts a task, waits for its end and fails when the task failed. */
export const handler = (request: TaskRequest): Promise<{ readonly taskArn: string }> => runTask(request, ecs());

/** The run itself, over whatever stands for Amazon ECS. */
export async function runTask(request: TaskRequest, tasks: Tasks, pause = 3000): Promise<{ readonly taskArn: string }> {
  let task = await tasks.run(request);
  while (task.lastStatus !== "STOPPED") {
    await new Promise((resolve) => setTimeout(resolve, pause));
    task = (await tasks.describe(request.cluster, task.taskArn)) ?? task;
  }
  const container = task.containers?.find((each) => each.name === request.container);
  if (container?.exitCode === 0) return { taskArn: task.taskArn };
  const code = container?.exitCode === undefined ? "did not start" : `ended with exit code ${container.exitCode}`;
  throw new Error(
    `${request.container} ${code}: ${container?.reason ?? task.stoppedReason ?? "see its log"} (${task.taskArn})`,
  );
}

function ecs(): Tasks {
  const sdk = require("@aws-sdk/client-ecs") as Sdk;
  const client = new sdk.ECSClient({});
  return {
    run: async (request) => {
      const answer = (await client.send(
        new sdk.RunTaskCommand({
          cluster: request.cluster,
          taskDefinition: request.taskDefinition,
          launchType: "FARGATE",
          platformVersion: request.platformVersion,
          count: 1,
          clientToken: request.token,
          enableECSManagedTags: true,
          propagateTags: "TASK_DEFINITION",
          networkConfiguration: {
            awsvpcConfiguration: {
              subnets: request.subnets,
              securityGroups: [request.securityGroup],
              assignPublicIp: "DISABLED",
            },
          },
        }),
      )) as { tasks?: Task[]; failures?: { reason?: string; detail?: string }[] };
      const [task] = answer.tasks ?? [];
      if (task !== undefined) return task;
      const [failure] = answer.failures ?? [];
      throw new Error(
        `the task was not started: ${failure?.reason ?? "no reason given"} ${failure?.detail ?? ""}`.trim(),
      );
    },
    describe: async (cluster, taskArn) => {
      const answer = (await client.send(new sdk.DescribeTasksCommand({ cluster, tasks: [taskArn] }))) as {
        tasks?: Task[];
      };
      return answer.tasks?.[0];
    },
  };
}
