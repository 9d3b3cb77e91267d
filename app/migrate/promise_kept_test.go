package migrate_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// keptCases are cases that found a fault in the engine as it was, a line each. They are written out, so that they stay
// what they are when the generator changes.
const keptCases = "testdata/promises.jsonl"

// keptCase is a case in a file.
type keptCase struct {
	Found      string `json:"found"` // what was wrong
	Kind       string `json:"kind"`
	Honest     bool   `json:"honest,omitempty"`
	NeedsAllow bool   `json:"needsAllow,omitempty"`
	Harmful    bool   `json:"harmful,omitempty"`
	Allowed    bool   `json:"allowed,omitempty"`
	Wranglers  bool   `json:"wranglers,omitempty"`
	Sample     int    `json:"sample,omitempty"`
	Cut        int    `json:"cut,omitempty"`

	Base       []string `json:"base"`
	Rows       []string `json:"rows,omitempty"`
	Target     []string `json:"target,omitempty"`
	Statements []string `json:"statements"`
	Asked      []string `json:"asked,omitempty"`
}

func (p promise) keep(found string) keptCase {
	return keptCase{
		Found: found, Kind: p.draft.kind, Honest: p.draft.honest, NeedsAllow: p.draft.needsAllow, Harmful: p.draft.harmful,
		Allowed: p.allowed, Wranglers: p.wranglers, Sample: p.sample, Cut: p.cut,
		Base: p.base, Rows: p.rows, Target: p.draft.target, Statements: p.draft.statements, Asked: p.asked,
	}
}

func (k keptCase) promise() promise {
	return promise{
		base: k.Base, rows: k.Rows, asked: k.Asked, allowed: k.Allowed, sample: k.Sample, wranglers: k.Wranglers, cut: k.Cut,
		draft: draft{kind: k.Kind, honest: k.Honest, needsAllow: k.NeedsAllow, harmful: k.Harmful, target: k.Target, statements: k.Statements},
	}
}

// readKept returns the kept cases.
func readKept(t *testing.T) []promise {
	t.Helper()
	content, err := os.ReadFile(keptCases)
	require.NoError(t, err)

	var list []promise
	for line := range bytes.Lines(content) {
		var one keptCase
		require.NoError(t, json.Unmarshal(line, &one))
		list = append(list, one.promise())
	}
	return list
}
