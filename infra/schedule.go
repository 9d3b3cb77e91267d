package main

import (
	"github.com/pulumi/pulumi-cloudflare/sdk/v5/go/cloudflare"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// declareSchedule declares when the Worker's scheduled handler cleans up.
func declareSchedule(ctx *pulumi.Context, account, cron string, worker *cloudflare.WorkersScript) error {
	_, err := cloudflare.NewWorkersCronTrigger(ctx, "schedule", &cloudflare.WorkersCronTriggerArgs{
		AccountId:  pulumi.String(account),
		ScriptName: worker.Name,
		Schedules:  pulumi.StringArray{pulumi.String(cron)},
	})
	return err
}
