package migrate_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

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

// keepBroken adds a case to the file ADDREAMS_PROMISE_KEEP, if there is one.
func keepBroken(p promise, broken string) {
	name := os.Getenv("ADDREAMS_PROMISE_KEEP")
	if name == "" {
		return
	}

	found, _, _ := strings.Cut(broken, "\n")
	line, err := json.Marshal(p.keep(fmt.Sprintf("seed %d: %s", p.seed, found)))
	if err == nil {
		var file *os.File
		if file, err = os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644); err == nil {
			_, err = file.Write(append(line, '\n'))
			err = errors.Join(err, file.Close())
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "keep the case:", err)
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

// cases yields the kept ones, and then as many as wanted, each from its own seed: from 1 on, or without the kept ones
// from ADDREAMS_PROMISE_START on. It ends early after ADDREAMS_PROMISE_MINUTES.
func cases(t *testing.T, wanted int) iter.Seq2[int, promise] {
	t.Helper()
	var list []promise
	start := number(t, "ADDREAMS_PROMISE_START", 1)
	if start == 1 {
		list = readKept(t)
	}
	for seed := start; len(list) < wanted; seed++ {
		list = append(list, promise{seed: seed})
	}
	end := time.Now().Add(time.Duration(number(t, "ADDREAMS_PROMISE_MINUTES", 24*60)) * time.Minute)

	return func(yield func(int, promise) bool) {
		for i, p := range list {
			if time.Now().After(end) {
				t.Logf("out of time before seed %d", p.seed)
				return
			}
			if !yield(i, p) {
				return
			}
		}
	}
}

// drawn returns the case that is to be tried.
func (p promise) drawn() promise {
	if p.seed == 0 {
		return p
	}
	made := promises.Example(p.seed)
	made.seed = p.seed
	return made
}

// number reads a number from the environment.
func number(t *testing.T, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	value, err := strconv.Atoi(text)
	require.NoError(t, err, name)
	return value
}
