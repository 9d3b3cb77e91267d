package main

import (
	"encoding/json"
	"net/http"
	"os"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	databaseType = "d1Database:D1Database"
	bucketType   = "r2Bucket:R2Bucket"
	cronType     = "workersCronTrigger:WorkersCronTrigger"
	domainType   = "workersDomain:WorkersDomain"
	routeType    = "workersRoute:WorkersRoute"
	rulesetType  = "ruleset:Ruleset"
	zone         = "0123456789abcdef0123456789abcdef"
)

func TestDatabase(t *testing.T) {
	c := startCloud(t)
	e := startPlugin(t, c)
	inputs := properties(map[string]any{"accountId": c.Account, "name": "db"})

	id, state := e.mustCreate(databaseType, inputs)
	assert.Equal(t, properties(map[string]any{"accountId": c.Account, "name": "db", "version": "production"}), state)
	assert.Equal(t, []string{"POST /d1/database"}, c.sent())

	assert.Equal(t, pulumirpc.DiffResponse_DIFF_NONE, e.diff(databaseType, id, state, inputs).Changes)
	renamed := e.diff(databaseType, id, state, properties(map[string]any{"accountId": c.Account, "name": "other"}))
	assert.Equal(t, []string{"name"}, renamed.Replaces)

	imported, found, err := e.read(databaseType, c.Account+"/"+id, nil)
	require.NoError(t, err)
	assert.Equal(t, id, imported)
	assert.Equal(t, state, found)
	_, _, err = e.read(databaseType, id, nil)
	assert.ErrorContains(t, err, "invalid import id")

	_, _, err = e.create(databaseType, inputs)
	assert.ErrorContains(t, err, "7502", "a name that is taken is not adopted")

	require.NoError(t, e.delete(databaseType, id, state))
	_, _, err = e.read(databaseType, id, state)
	assert.ErrorContains(t, err, "7404", "a database that is gone is an error, not a drift")
	assert.ErrorContains(t, e.delete(databaseType, id, state), "7404", "and can't be deleted once more")
}

func TestBucket(t *testing.T) {
	c := startCloud(t)
	e := startPlugin(t, c)
	inputs := properties(map[string]any{"accountId": c.Account, "name": "pictures"})

	id, state := e.mustCreate(bucketType, inputs)
	assert.Equal(t, "pictures", id)
	assert.Equal(t, pulumirpc.DiffResponse_DIFF_NONE, e.diff(bucketType, id, state, inputs).Changes, "the API's location is no change")
	imported, found, err := e.read(bucketType, c.Account+"/pictures", nil)
	require.NoError(t, err)
	assert.Equal(t, "pictures", imported)
	assert.Equal(t, state, found)
	require.NoError(t, e.delete(bucketType, id, state))
	_, _, err = e.read(bucketType, id, state)
	assert.ErrorContains(t, err, "10006")
	assert.ErrorContains(t, e.delete(bucketType, id, state), "10006")
}

func TestCronTrigger(t *testing.T) {
	c := startCloud(t)
	e := startPlugin(t, c)
	script, scriptState := e.mustCreate(scriptType, scriptInputs(c, nil))
	c.sent()
	inputs := func(crons ...any) resource.PropertyMap {
		return properties(map[string]any{"accountId": c.Account, "scriptName": script, "schedules": crons})
	}

	id, state := e.mustCreate(cronType, inputs("*/5 * * * *", "0 0 * * *"))
	assert.Equal(t, scheduleID(script), id)
	assert.Equal(t, pulumirpc.DiffResponse_DIFF_NONE, e.diff(cronType, id, state, inputs("0 0 * * *", "*/5 * * * *")).Changes)
	state, err := e.update(cronType, id, state, inputs("1 1 * * *"))
	require.NoError(t, err)
	require.NoError(t, e.delete(cronType, id, state))
	path := "/workers/scripts/" + script + "/schedules"
	assert.Equal(t, []string{"PUT " + path, "PUT " + path, "PUT " + path}, c.sent())

	require.NoError(t, e.delete(scriptType, script, scriptState))
	gone, _, err := e.read(cronType, id, state)
	require.NoError(t, err)
	assert.Empty(t, gone, "the triggers of a script that is gone are gone")
	assert.ErrorContains(t, e.delete(cronType, id, state), "10007", "there is nothing to take them from")
}

// TestSchedulesRefused takes schedules from the table that tests the settings: what Cloudflare rejects fails the update.
func TestSchedulesRefused(t *testing.T) {
	content, err := os.ReadFile("../../infra/testdata/schedules.json")
	require.NoError(t, err)
	var cases []struct{ Cron, Refused string }
	require.NoError(t, json.Unmarshal(content, &cases))
	c := startCloud(t)
	e := startPlugin(t, c)
	e.mustCreate(scriptType, scriptInputs(c, nil))

	for _, tc := range cases {
		inputs := properties(map[string]any{"accountId": c.Account, "scriptName": "api", "schedules": []any{tc.Cron}})
		_, _, err := e.create(cronType, inputs)
		if tc.Refused == "" {
			assert.NoError(t, err, tc.Cron)
		} else {
			assert.ErrorContains(t, err, "10100", tc.Cron)
		}
	}
}

func TestDomain(t *testing.T) {
	c := startCloud(t)
	e := startPlugin(t, c)
	script, _ := e.mustCreate(scriptType, scriptInputs(c, nil))
	inputs := func(hostname string) resource.PropertyMap {
		return properties(map[string]any{"accountId": c.Account, "zoneId": zone, "hostname": hostname, "service": script})
	}
	c.sent()

	id, state := e.mustCreate(domainType, inputs("api.example.com"))
	assert.Equal(t, []string{"PUT /workers/domains", "GET /workers/domains/" + id}, c.sent())
	assert.Equal(t, "production", state["environment"].StringValue())
	assert.Equal(t, pulumirpc.DiffResponse_DIFF_NONE, e.diff(domainType, id, state, inputs("api.example.com")).Changes)
	imported, _, err := e.read(domainType, c.Account+"/"+id, nil)
	require.NoError(t, err)
	assert.Equal(t, id, imported)

	moved, err := e.update(domainType, id, state, inputs("www.example.com"))
	require.NoError(t, err)
	require.NoError(t, e.delete(domainType, id, moved))
	_, _, err = e.read(domainType, id, moved)
	assert.ErrorContains(t, err, "100114", "a domain that is gone is an error")
	assert.ErrorContains(t, e.delete(domainType, id, moved), "100114")
	var left []struct{ Hostname string }
	c.api(http.MethodGet, "/workers/domains", nil, &left)
	require.Len(t, left, 1, "the first hostname stays attached for ever, as with the genuine plugin")
	assert.Equal(t, "api.example.com", left[0].Hostname)
}

func TestRoute(t *testing.T) {
	c := startCloud(t)
	e := startPlugin(t, c)
	inputs := func(pattern string) resource.PropertyMap {
		return properties(map[string]any{"zoneId": zone, "pattern": pattern, "scriptName": "api"})
	}

	id, state := e.mustCreate(routeType, inputs("example.com/*"))
	state, err := e.update(routeType, id, state, inputs("example.com/api/*"))
	require.NoError(t, err)

	_, found, err := e.read(routeType, zone+"/"+id, nil)
	require.NoError(t, err)
	assert.Equal(t, state, found)

	require.NoError(t, e.delete(routeType, id, state))
	gone, _, err := e.read(routeType, id, state)
	require.NoError(t, err)
	assert.Empty(t, gone)
}

func TestRuleset(t *testing.T) {
	c := startCloud(t)
	e := startPlugin(t, c)
	inputs := func(requests int) resource.PropertyMap {
		return properties(map[string]any{
			"zoneId": zone, "name": "limit", "description": "sign-in", "kind": "zone", "phase": "http_ratelimit",
			"rules": []any{map[string]any{
				"action": "block", "expression": `http.request.uri.path eq "/"`, "description": "few", "enabled": true,
				"ratelimit": map[string]any{
					"characteristics": []any{"ip.src", "cf.colo.id"}, "period": 60, "requestsPerPeriod": requests, "mitigationTimeout": 60,
				},
			}},
		})
	}
	id, state := e.mustCreate(rulesetType, inputs(10))
	rulesets := "/zones/" + zone + "/rulesets"
	entrypoint := rulesets + "/phases/http_ratelimit/entrypoint"
	assert.Equal(t, []string{"GET " + entrypoint, "POST " + rulesets, "PUT " + entrypoint}, c.sent())
	assert.Equal(t, pulumirpc.DiffResponse_DIFF_NONE, e.diff(rulesetType, id, state, inputs(10)).Changes)
	_, _, err := e.create(rulesetType, inputs(10))
	assert.ErrorContains(t, err, "already exists")

	changed := e.diff(rulesetType, id, state, inputs(20))
	assert.Equal(t, pulumirpc.DiffResponse_DIFF_SOME, changed.Changes)
	assert.Empty(t, changed.Replaces)
	state, err = e.update(rulesetType, id, state, inputs(20))
	require.NoError(t, err)
	imported, found, err := e.read(rulesetType, "zone/"+zone+"/"+id, nil)
	require.NoError(t, err)
	assert.Equal(t, id, imported)
	assert.Equal(t, state, found)
	require.NoError(t, e.delete(rulesetType, id, state))
	gone, _, err := e.read(rulesetType, id, state)
	require.NoError(t, err)
	assert.Empty(t, gone)
}
