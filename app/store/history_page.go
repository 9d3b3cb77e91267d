package store

import (
	"context"
	"fmt"
	"time"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/studio"
)

// storedDigits is one digit per image of a generation: 1 if it is stored.
const storedDigits = `
		(
			SELECT group_concat(stored, '')
			FROM (
				SELECT r2_key IS NOT NULL AS stored
				FROM generation_asset
				WHERE generation_id = generation.id
				ORDER BY position
			)
		) AS stored`

func readStored(digits *string) []bool {
	if digits == nil {
		return nil
	}
	stored := make([]bool, len(*digits))
	for i, digit := range *digits {
		stored[i] = digit == '1'
	}
	return stored
}

// selectMoreColumns are what moreColumns reads.
var selectMoreColumns = fmt.Sprintf(`,
		CASE
			WHEN json_valid(input_json) AND json_type(input_json, '$.prompt') = 'text'
			THEN substr(json_extract(input_json, '$.prompt'), 1, %d)
		END AS prompt_start,
		CASE
			WHEN json_valid(input_json) AND json_type(input_json, '$.parameters.size') = 'text'
			THEN json_extract(input_json, '$.parameters.size')
		END AS size,`, studio.MaxPromptStart) + storedDigits

type moreColumns struct{ prompt, size, stored *string }

func (c moreColumns) read() *studio.More {
	return &studio.More{PromptStart: c.prompt, Size: c.size, Stored: readStored(c.stored)}
}

// generationsByCursor returns a page of what a query selects, in one statement: nothing is counted.
func (s *Store) generationsByCursor(ctx context.Context, claim auth.Claim, now time.Time, filter studio.Filter, query d1.Statement) (auth.Identity, studio.Page, error) {
	where, args := behind("generation", filter.After)
	query = d1.SQL(query.SQL+where+newestBehindCursor, append(append(query.Args, args...), filter.Limit+1)...)
	identity, answer, err := s.owned(ctx, "list generations by cursor", claim, now, query)
	if err != nil {
		return identity, studio.Page{}, err
	}
	generations, err := readGenerations(answer, 0, filter.Expand)
	if err != nil {
		return identity, studio.Page{}, err
	}

	var page studio.Page
	page.Generations, page.Next = firstPart(generations, filter.Limit, func(last studio.Generation) studio.Cursor {
		return studio.Cursor{At: last.CreatedAt, ID: last.ID}
	})
	return identity, page, nil
}
