package main

import (
	"github.com/pulumi/pulumi-cloudflare/sdk/v5/go/cloudflare"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// declareSchedule declares when the Worker's scheduled handler cleans up.
func declareSchedule(ctx *pulumi.Context, s settings, worker *cloudflare.WorkersScript) error {
	_, err := cloudflare.NewWorkersCronTrigger(ctx, "schedule", &cloudflare.WorkersCronTriggerArgs{
		AccountId:  pulumi.String(s.account),
		ScriptName: worker.Name,
		Schedules:  pulumi.StringArray{pulumi.String(s.schedule)},
	})
	return err
}
