package main

import (
	"fmt"
	"strconv"

	"github.com/addreams/addreams/app/binding"
)

// checkQuotas checks what bounds the free credits and the provider's calls.
func checkQuotas(r *reader) {
	if to := r.bound(binding.FreeCreditsFor); to != "" && to != "everyone" && to != "verified" {
		r.problem("freeCreditsFor", fmt.Sprintf("is %q, not everyone or verified", to), "everyone")
	}
	if most := r.bound(binding.DailyGenerations); most != "" {
		if number, err := strconv.Atoi(most); err != nil || number < 0 || most != strconv.Itoa(number) {
			r.problem("dailyGenerations", "is not a whole number, 0 or more", "1000")
		}
	}
}
