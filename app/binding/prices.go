package binding

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// maxPrice is the highest price, in credits.
const maxPrice int64 = 100_000

// ParsePrices reads the value of CreditPrices: `model=credits` and `model:resolution=credits` with commas between them. It returns
// the credits by what stands before the sign.
func ParsePrices(list string) (map[string]int64, error) {
	prices := map[string]int64{}
	for _, item := range List(list) {
		name, text, found := strings.Cut(item, "=")
		name = strings.TrimSpace(name)
		model, resolution, divided := strings.Cut(name, ":")
		if !found || model == "" || divided && resolution == "" {
			return nil, errors.New("is not a list of model=credits or model:resolution=credits")
		}
		credits, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
		if err != nil || credits < 1 || credits > maxPrice {
			return nil, fmt.Errorf("has a price of %s that is not a whole number between 1 and %d", name, maxPrice)
		}
		if _, twice := prices[name]; twice {
			return nil, fmt.Errorf("has two prices of %s", name)
		}
		prices[name] = credits
	}

	return prices, nil
}
