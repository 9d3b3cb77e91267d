package api

import (
	"strconv"
	"strings"

	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/fault"
)

// dailyMost reads how many generations a day of UTC has for all users together; nil for no ceiling. Fault:
// BackendMisconfig.
func dailyMost(env func(name string) string) (*int64, error) {
	text := strings.TrimSpace(env(binding.DailyGenerations))
	if text == "" {
		return nil, nil
	}
	most, err := strconv.ParseInt(text, 10, 53)
	if err != nil || most < 0 {
		return nil, fault.New(fault.BackendMisconfig, "DAILY_GENERATIONS must be a whole number, 0 or more.")
	}
	return &most, nil
}

// provenOnly reads whether free credits are for proven addresses only. A value that is none of the two is taken for the
// one that gives less away.
func provenOnly(env func(name string) string) bool {
	to := strings.TrimSpace(env(binding.FreeCreditsFor))
	return to != "" && to != "everyone"
}
