package binding

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Pack is one of CreditPacks: credits that users can buy, and their price.
type Pack struct {
	ID       string // 1 to 16 of a-z, A-Z, 0-9, - and _
	Currency string // three letters, in lower case, as Stripe writes them
	Amount   int64  // in the smallest unit of the currency: cents, or yen

	ProductShoots int64
	AdGraphics    int64
}

// maxPackNumber is more than any price or number of credits.
const maxPackNumber = 99_999_999

// ParsePacks reads the value of CreditPacks: `id=currency:amount:product shoots:ad graphics`, with commas between packs. Of an
// empty text they are nil. Of "none" they are empty: no pack is sold any more, but those that were may be paid, refunded and disputed.
func ParsePacks(list string) ([]Pack, error) {
	if strings.TrimSpace(list) == "none" {
		return []Pack{}, nil
	}
	var packs []Pack
	for _, item := range List(list) {
		pack, err := parsePack(item)
		if err != nil {
			return nil, err
		}
		for _, other := range packs {
			if other.ID == pack.ID {
				return nil, fmt.Errorf("has two packs %q", pack.ID)
			}
		}
		packs = append(packs, pack)
	}

	return packs, nil
}

func parsePack(item string) (Pack, error) {
	id, rest, _ := strings.Cut(item, "=")
	fields := strings.Split(rest, ":")
	if !keyID(id) || len(fields) != 4 || !isCurrency(fields[0]) {
		return Pack{}, errors.New("is not a list of id=currency:amount:product shoots:ad graphics, like starter=usd:1000:10:10")
	}
	var numbers [3]int64
	for i, field := range fields[1:] {
		number, err := strconv.ParseInt(field, 10, 64)
		if err != nil || number < 0 || number > maxPackNumber || field != strconv.FormatInt(number, 10) {
			return Pack{}, fmt.Errorf("has a pack %q with a number that is not whole, or too large", id)
		}
		numbers[i] = number
	}

	pack := Pack{id, fields[0], numbers[0], numbers[1], numbers[2]}
	if pack.Amount == 0 || pack.ProductShoots+pack.AdGraphics == 0 {
		return Pack{}, fmt.Errorf("has a pack %q without a price or without credits", id)
	}
	return pack, nil
}

func isCurrency(text string) bool {
	return len(text) == 3 && !strings.ContainsFunc(text, func(r rune) bool { return r < 'a' || r > 'z' })
}
