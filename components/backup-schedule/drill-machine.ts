/** What names the parts of a drill's state machine. */
export interface DrillNames {
  /** The schedule: dimension of the metrics. */
  readonly schedule: string;
}

/** Namespace of the metrics of drills. */
export const DRILL_NAMESPACE = "Bulwark/Backup";

/**
 * The definition of the state machine that judges a restored server, in the language of AWS Step Functions: it is there, encrypted, not public, of the
 * engine that was backed up and holds as much storage as it had. What it finds is told to AWS Backup, which then deletes the server, and counted.
 */
export function drillMachine({ schedule }: DrillNames): object {
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
      ],
    },
    Retry: RETRY,
    End: true,
  });
  return {
    Comment: "Judges what a rehearsed restore has made",
    QueryLanguage: "JSONata",
    StartAt: "Job",
    TimeoutSeconds: 3600,
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
        Catch: [{ ErrorEquals: ["States.ALL"], Next: "Unsound" }],
        Next: "Sound",
      },
      Sound: {
        Type: "Choice",
        Choices: [
          {
            Condition:
              "{% $server.DbInstanceStatus = 'available' and $server.StorageEncrypted and $not($server.PubliclyAccessible) and $server.Engine = 'postgres' and $server.AllocatedStorage * 1073741824 >= $job.BackupSizeInBytes %}",
            Next: "Valid",
          },
        ],
        Default: "Unsound",
      },
      Valid: result(
        "SUCCESSFUL",
        "available, encrypted, not public, and of the size that was backed up",
        "CountSuccess",
      ),
      Unsound: result("FAILED", "not there, not available, not encrypted, public, or too small", "CountFailure"),
      CountSuccess: count(0),
      CountFailure: count(1),
    },
  };
}

/** Seconds from the order to the restored server. */
const TOOK = "{% ($toMillis($job.CompletionDate) - $toMillis($job.CreationDate)) / 1000 %}";

const RETRY = [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 10, MaxAttempts: 4, BackoffRate: 2 }];
