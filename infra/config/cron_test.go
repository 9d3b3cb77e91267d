package config

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

	"github.com/addreams/addreams/local/localtest"
)

// TestSchedules reads the table that the local Cloudflare is tested with as well: local/test/cron.test.mjs.
func TestSchedules(t *testing.T) {
	content, err := os.ReadFile("../testdata/schedules.json")
	require.NoError(t, err)
	var cases []struct {
		Cron    string
		Refused string // the field that Cloudflare refuses
		Never   bool   // Cloudflare accepts it, but it never runs
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

// TestAgreesWithTheLocalCloudflare compares both checks on random expressions. The local Cloudflare accepts an expression that
// would never run, as the real one does.
func TestAgreesWithTheLocalCloudflare(t *testing.T) {
	localtest.Require(t)
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
	command.Dir, command.Stdin, command.Stderr = "../..", bytes.NewReader(input), os.Stderr

	output, err := command.Output()

	require.NoError(t, err)
	var taken []bool
	require.NoError(t, json.Unmarshal(output, &taken))
	require.Len(t, taken, expressions)
	valid := 0
	for i, expression := range given {
		err := checkCron(expression)
		here := err == nil || strings.Contains(err.Error(), "would never run")
		require.Equal(t, taken[i], here, "%q: %v", expression, err)
		if here {
			valid++
		}
	}
	assert.Greater(t, valid, expressions/50, "enough of them are valid")
}
