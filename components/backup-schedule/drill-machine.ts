import type * as pulumi from "@pulumi/pulumi";

/** What names the parts of a drill's state machine. */
export interface DrillNames {
  /** The schedule: dimension of the metrics. */
  readonly schedule: string;
  /** What reads the restored server, where its content is judged too. */
  readonly content?: ContentNames;
}

/** What names the parts that read a restored server. */
export interface ContentNames {
  /** ARN of the function that reads it. */
  readonly judge: pulumi.Input<string>;
  /** ARN of the key of the login that is made for it. */
  readonly key: pulumi.Input<string>;
  /** Databases of each server that is backed up. */
  readonly servers: readonly { readonly arn: pulumi.Input<string>; readonly databases: readonly string[] }[];
}

/** Namespace of the metrics of drills. */
export const DRILL_NAMESPACE = "Bulwark/Backup";

/**
 * The definition of the state machine that judges a restored server, in the language of AWS Step Functions: it is there, encrypted, not public, of the
 * engine that was backed up and holds as much storage as it had; where asked for, what it holds is read as well. What it finds is told to AWS Backup, which then deletes the server, and counted.
 */
export function drillMachine({ schedule, content }: DrillNames): object {
  const metric = (name: string, value: unknown, unit: string) => ({
    MetricName: name,
    Dimensions: [{ Name: "Schedule", Value: schedule }],
    Unit: unit,
    Value: value,
  });
  const result = (status: "SUCCESSFUL" | "FAILED", message: string, next: string) => ({
    Type: "Task",
    Resource: "arn:aws:states:::aws-sdk:backup:putRestoreValidationResult",
    Arguments: { RestoreJobId: "{% $job.RestoreJobId %}", ValidationStatus: status, ValidationStatusMessage: message },
    Retry: RETRY,
    Next: next,
  });
  const count = (failed: 0 | 1) => ({
    Type: "Task",
    Resource: "arn:aws:states:::aws-sdk:cloudwatch:putMetricData",
    Arguments: {
      Namespace: DRILL_NAMESPACE,
      MetricData: [
        metric("RestoreDrillsFailed", failed, "Count"),
        metric("RestoreDrillsSucceeded", 1 - failed, "Count"),
        ...(failed === 0 ? [metric("RestoreDrillSeconds", TOOK, "Seconds")] : []),
        ...(failed === 0 && content !== undefined
          ? [
              metric("RestoreDrillTables", "{% $verdict.tables %}", "Count"),
              metric("RestoreDrillRows", "{% $verdict.rows %}", "Count"),
            ]
          : []),
      ],
    },
    Retry: RETRY,
    End: true,
  });
  return {
    Comment: "Judges what a rehearsed restore has made",
    QueryLanguage: "JSONata",
    StartAt: "Job",
    TimeoutSeconds: content === undefined ? 3600 : 7200,
    States: {
      Job: {
        Type: "Task",
        Resource: "arn:aws:states:::aws-sdk:backup:describeRestoreJob",
        Arguments: { RestoreJobId: "{% $states.input.detail.restoreJobId %}" },
        Assign: { job: "{% $states.result %}" },
        Retry: RETRY,
        Next: "Restored",
      },
      Restored: {
        Type: "Choice",
        Choices: [{ Condition: "{% $job.Status = 'COMPLETED' %}", Next: "Server" }],
        Default: "CountFailure",
      },
      Server: {
        Type: "Task",
        Resource: "arn:aws:states:::aws-sdk:rds:describeDBInstances",
        Arguments: { DbInstanceIdentifier: "{% $job.CreatedResourceArn %}" },
        Assign: { server: "{% $states.result.DbInstances[0] %}" },
        Retry: RETRY,
        Catch: UNSOUND,
        Next: "Sound",
      },
      Sound: {
        Type: "Choice",
        Choices: [
          {
            Condition:
              "{% $server.DbInstanceStatus = 'available' and $server.StorageEncrypted and $not($server.PubliclyAccessible) and $server.Engine = 'postgres' and $server.AllocatedStorage * 1073741824 >= $job.BackupSizeInBytes %}",
            Next: content === undefined ? "Valid" : "HasLogin",
          },
        ],
        Default: "Unsound",
      },
      ...(content === undefined ? {} : reading(content, result)),
      Valid: result(
        "SUCCESSFUL",
        content === undefined
          ? "available, encrypted, not public, and of the size that was backed up"
          : "{% $verdict.message %}",
        "CountSuccess",
      ),
      Unsound: result("FAILED", "not there, not available, not encrypted, public, or too small", "CountFailure"),
      CountSuccess: count(0),
      CountFailure: count(1),
    },
  };
}

/**
 * The states that read the server. Its master user gets a login of its own in Secrets Manager, since the one that was backed up may have been rotated;
 * Amazon RDS deletes it with the server.
 */
function reading({ judge, key, servers }: ContentNames, result: Result): object {
  const login = "{% $exists($server.MasterUserSecret.SecretArn) %}";
  return {
    HasLogin: {
      Type: "Choice",
      Choices: [{ Condition: login, Next: "Look", Assign: { looks: 0 } }],
      Default: "MakeLogin",
    },
    MakeLogin: {
      Type: "Task",
      Resource: "arn:aws:states:::aws-sdk:rds:modifyDBInstance",
      Arguments: {
        DbInstanceIdentifier: "{% $server.DbInstanceIdentifier %}",
        ManageMasterUserPassword: true,
        MasterUserSecretKmsKeyId: key,
        ApplyImmediately: true,
      },
      Assign: { looks: 0 },
      Retry: RETRY,
      Catch: UNSOUND,
      Next: "Wait",
    },
    Wait: { Type: "Wait", Seconds: 30, Next: "Look" },
    Look: {
      Type: "Task",
      Resource: "arn:aws:states:::aws-sdk:rds:describeDBInstances",
      Arguments: { DbInstanceIdentifier: "{% $job.CreatedResourceArn %}" },
      Assign: { server: "{% $states.result.DbInstances[0] %}", looks: "{% $looks + 1 %}" },
      Retry: RETRY,
      Catch: UNSOUND,
      Next: "Ready",
    },
    Ready: {
      Type: "Choice",
      Choices: [
        {
          Condition:
            "{% $server.DbInstanceStatus = 'available' and $server.MasterUserSecret.SecretStatus = 'active' %}",
          Next: "Read",
        },
        { Condition: `{% $looks > ${MOST_LOOKS} %}`, Next: "Unsound" },
      ],
      Default: "Wait",
    },
    Read: {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke",
      Arguments: {
        FunctionName: judge,
        Payload: {
          host: "{% $server.Endpoint.Address %}",
          port: "{% $server.Endpoint.Port %}",
          secret: "{% $server.MasterUserSecret.SecretArn %}",
          source:
            "{% $states.context.Execution.Input.detail.sourceResourceArn ? $states.context.Execution.Input.detail.sourceResourceArn : '' %}",
          servers,
        },
      },
      Assign: { verdict: "{% $states.result.Payload %}" },
      Retry: RETRY,
      Catch: UNSOUND,
      Next: "Judged",
    },
    Judged: {
      Type: "Choice",
      Choices: [{ Condition: "{% $verdict.sound %}", Next: "Valid" }],
      Default: "Broken",
    },
    Broken: result("FAILED", "{% $verdict.message %}", "CountFailure"),
  };
}

/** Seconds from the order to the restored server. */
const TOOK = "{% ($toMillis($job.CompletionDate) - $toMillis($job.CreationDate)) / 1000 %}";

/** Looks at the server, half a minute apart, before it is given up. */
const MOST_LOOKS = 60;

type Result = (status: "SUCCESSFUL" | "FAILED", message: string, next: string) => object;

const UNSOUND = [{ ErrorEquals: ["States.ALL"], Next: "Unsound" }];

const RETRY = [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 10, MaxAttempts: 4, BackoffRate: 2 }];
