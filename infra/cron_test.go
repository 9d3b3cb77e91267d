package main

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestSchedules reads the table that the local Cloudflare is tested with as well: local/test/cron.test.mjs.
func TestSchedules(t *testing.T) {
	content, err := os.ReadFile("testdata/schedules.json")
	require.NoError(t, err)
	var cases []struct {
		Cron    string
		Refused string // the field for which Cloudflare refuses it
		Never   bool   // Cloudflare takes it, and no day ever comes
	}
	require.NoError(t, json.Unmarshal(content, &cases))
	require.NotEmpty(t, cases)

	for _, tc := range cases {
		t.Run(tc.Cron, func(t *testing.T) {
			err := checkCron(tc.Cron)

			switch {
			case tc.Refused != "":
				require.ErrorContains(t, err, tc.Refused)
			case tc.Never:
				require.ErrorContains(t, err, "would never run")
			default:
				require.NoError(t, err)
			}
		})
	}
}

// TestAgreesWithTheLocalCloudflare compares both checks on expressions put together at random. What would never run the
// local Cloudflare takes, as the real one does.
func TestAgreesWithTheLocalCloudflare(t *testing.T) {
	const expressions = 20_000
	pieces := []string{
		"*", "*", "/", "-", ",", "#", "L", "W", "?", "0", "1", "2", "5", "7", "8", "12", "13", "23", "24", "30", "31", "32", "59", "60", "256",
		"SUN", "mon", "Fri", "JAN", "dec", "l", "w", "05",
	}
	random := rand.New(rand.NewPCG(1, 2))
	given := make([]string, expressions)
	for i := range given {
		fields := []string{"*", "*", "*", "*", "*"}
		for range 1 + random.IntN(2) {
			var field strings.Builder
			for range 1 + random.IntN(5) {
				field.WriteString(pieces[random.IntN(len(pieces))])
			}
			fields[random.IntN(5)] = field.String()
		}
		given[i] = strings.Join(fields, []string{" ", "  ", "\t"}[random.IntN(3)])
		if random.IntN(10) == 0 {
			given[i] = []string{" ", "\t", "\n", ""}[random.IntN(4)] + given[i] + []string{" ", "\t", "\n", ""}[random.IntN(4)]
		}
	}
	input, err := json.Marshal(given)
	require.NoError(t, err)
	const program = `
		import { readFileSync } from "node:fs";
		import { validCron } from "./local/rest/cron.mjs";
		process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(validCron)));`
	command := exec.Command("node", "--input-type=module", "--eval", program)
	command.Dir, command.Stdin, command.Stderr = "..", bytes.NewReader(input), os.Stderr

	output, err := command.Output()

	require.NoError(t, err)
	var taken []bool
	require.NoError(t, json.Unmarshal(output, &taken))
	require.Len(t, taken, expressions)
	sound := 0
	for i, expression := range given {
		err := checkCron(expression)
		here := err == nil || strings.Contains(err.Error(), "would never run")
		require.Equal(t, taken[i], here, "%q: %v", expression, err)
		if here {
			sound++
		}
	}
	assert.Greater(t, sound, expressions/50, "enough of them are sound")
}

func TestScheduleSaysTheRightForm(t *testing.T) {
	_, err := declareStack(t, "dev", complete(t, "dev").with("schedule", "0 3 * * 0"))
	require.ErrorContains(t, err, `schedule has the weekday "0", which Cloudflare refuses: it takes 1 to 7, where 1 is Sunday`)

	for schedule, right := range map[string]string{
		"0 3 * * 0":   "0 3 * * SUN",
		"0 3 * * 0-5": "0 3 * * SUN-FRI",
		"0 3 * * 6,0": "0 3 * * SAT,SUN",
		"0 25 * * 0":  "*/5 * * * *",
		"0 3 * * 8":   "*/5 * * * *",
		"often":       "*/5 * * * *",
	} {
		_, err := declareStack(t, "dev", complete(t, "dev").with("schedule", schedule))

		assert.ErrorContains(t, err, `pulumi config set addreams:schedule "`+right+`"`, schedule)
	}
}
