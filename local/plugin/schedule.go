package main

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"fmt"
)

type schedule struct {
	AccountID  string   `json:"accountId"`
	ScriptName string   `json:"scriptName"`
	Schedules  []string `json:"schedules"`
}

type cron struct {
	Cron string `json:"cron"`
}

func (s schedule) path() string {
	return "/accounts/" + s.AccountID + "/workers/scripts/" + s.ScriptName + "/schedules"
}

// scheduleKind is WorkersCronTrigger: all schedules of a script. The API has no DELETE: an empty list removes them.
func scheduleKind(api *client) kind {
	put := func(ctx context.Context, s schedule) (schedule, error) {
		crons := make([]cron, 0, len(s.Schedules))
		for _, expression := range s.Schedules {
			crons = append(crons, cron{expression})
		}
		if err := api.call(ctx, "PUT", s.path(), crons, nil); err != nil {
			return s, fmt.Errorf("failed to set the cron triggers of %s: %w", s.ScriptName, err)
		}
		return s, nil
	}
	return typed[schedule]{
		fields{
			"accountId":  {required: true, replaces: true},
			"scriptName": {required: true, replaces: true},
			"schedules":  {required: true, set: true},
		},
		operations[schedule]{
			create: func(ctx context.Context, s schedule) (string, schedule, error) {
				s, err := put(ctx, s)
				return scheduleID(s.ScriptName), s, err
			},
			read: func(ctx context.Context, id string, old schedule) (string, schedule, error) {
				account, script, err := locate(old.AccountID, id)
				if err != nil {
					return "", old, err
				}

				if old.ScriptName != "" {
					script = old.ScriptName
				}
				found := schedule{AccountID: account, ScriptName: script, Schedules: []string{}}
				var reply struct{ Schedules []cron }
				if err := api.call(ctx, "GET", found.path(), nil, &reply); err != nil {
					if isNotFound(err) {
						return "", old, nil
					}
					return "", old, fmt.Errorf("failed to read the cron triggers of %s: %w", script, err)
				}
				for _, one := range reply.Schedules {
					found.Schedules = append(found.Schedules, one.Cron)
				}

				return scheduleID(script), found, nil
			},
			update: func(ctx context.Context, _ string, _, s schedule) (schedule, error) { return put(ctx, s) },
			delete: func(ctx context.Context, _ string, old schedule) error {
				old.Schedules = nil
				_, err := put(ctx, old)
				return err
			},
		},
	}
}

// scheduleID returns the ID that the genuine plugin uses.
func scheduleID(script string) string {
	sum := md5.Sum([]byte(script))
	return hex.EncodeToString(sum[:])
}
