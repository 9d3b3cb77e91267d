package api

import (
	"strconv"
	"strings"
	"time"

	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/fault"
)

// dailyLimit reads how many generations all users together have per day of UTC; nil for no limit. Fault: BackendMisconfig.
func dailyLimit(env func(name string) string) (*int64, error) {
	text := strings.TrimSpace(env(binding.DailyGenerations))
	if text == "" {
		return nil, nil
	}
	limit, err := strconv.ParseInt(text, 10, 53)
	if err != nil || limit < 0 {
		return nil, fault.New(fault.BackendMisconfig, "DAILY_GENERATIONS must be a whole number, 0 or more.")
	}
	return &limit, nil
}

// historyRetention reads how long generations are kept; 0 for ever. A wrong value counts as for ever.
func historyRetention(env func(name string) string) (kept time.Duration, ok bool) {
	text := strings.TrimSpace(env(binding.HistoryRetention))
	if text == "" {
		return 0, true
	}
	days, err := strconv.ParseInt(text, 10, 16)
	if err != nil || days < 0 {
		return 0, false
	}
	return time.Duration(days) * 24 * time.Hour, true
}

// defaultSignUpCredits are the free credits of each kind.
const defaultSignUpCredits = 1

// signUpCredits reads how many free credits of each kind a new user gets. A wrong value counts as the default.
func signUpCredits(env func(name string) string) (credits int64, ok bool) {
	text := strings.TrimSpace(env(binding.SignUpCredits))
	if text == "" {
		return defaultSignUpCredits, true
	}
	credits, err := strconv.ParseInt(text, 10, 32)
	if err != nil || credits < 0 {
		return defaultSignUpCredits, false
	}
	return credits, true
}

// verifiedOnly reports whether free credits are for verified addresses only. An unknown value counts as the setting that
// gives less away.
func verifiedOnly(env func(name string) string) bool {
	to := strings.TrimSpace(env(binding.FreeCreditsFor))
	return to != "" && to != "everyone"
}
