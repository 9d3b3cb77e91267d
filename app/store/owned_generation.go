package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/safejson"
	"github.com/addreams/addreams/app/studio"
)

// The columns that readGeneration reads. An image that was not copied is known by its first URL at the provider.
const generationColumns = `
	SELECT
		id,
		workflow,
		status,
		created_at,
		updated_at,
		provider_model,
		provider_request_id,
		error_code,
		error_message,
		r2_key,
		CASE WHEN r2_key IS NULL AND status = 'succeeded' AND json_valid(output_json)
			AND json_type(output_json, '$.images[0]') = 'text'
		THEN json_extract(output_json, '$.images[0]') END AS source_url`

const fromOwned = `
	FROM generation
	WHERE user_id = (SELECT id FROM owner)`

const newestFirst = `
	ORDER BY created_at DESC, rowid DESC
	LIMIT ? OFFSET ?`

func readGeneration(row d1.Row) studio.Generation {
	return studio.Generation{
		ID:                row.Text(0),
		Workflow:          studio.Workflow(row.Text(1)),
		Status:            studio.Status(row.Text(2)),
		CreatedAt:         instant(row, 3),
		UpdatedAt:         instant(row, 4),
		ProviderModel:     row.NullText(5),
		ProviderRequestID: row.NullText(6),
		ErrorCode:         row.NullText(7),
		ErrorMessage:      row.NullText(8),
		Key:               row.NullText(9),
		SourceURL:         row.NullText(10),
	}
}

// Generations reads a page of the claimant's history. Faults: Unauthorized.
func (s *Store) Generations(ctx context.Context, claim auth.Claim, now time.Time, filter studio.Filter) (auth.Identity, studio.Page, error) {
	where, args := fromOwned, []any{}
	if filter.Workflow != "" {
		where, args = where+` AND workflow = ?`, append(args, string(filter.Workflow))
	}
	if filter.Status != "" {
		where, args = where+` AND status = ?`, append(args, string(filter.Status))
	}
	identity, results, err := s.owned(ctx, claim, now,
		d1.SQL(` SELECT count(*) `+where, args...),
		d1.SQL(generationColumns+where+newestFirst, append(args, filter.Limit, filter.Offset)...),
	)
	if err != nil {
		return identity, studio.Page{}, err
	}
	page := studio.Page{Total: results[0].Rows[0].Int(0), Generations: make([]studio.Generation, len(results[1].Rows))}
	for i, row := range results[1].Rows {
		page.Generations[i] = readGeneration(row)
	}
	return identity, page, nil
}

// The last column has a digit an image: 1 if it is stored.
const selectDetail = generationColumns + `,
		input_json,
		output_json,
		(
			SELECT group_concat(stored, '')
			FROM (
				SELECT r2_key IS NOT NULL AS stored
				FROM generation_asset
				WHERE generation_id = generation.id
				ORDER BY position
			)
		) AS stored` + fromOwned + ` AND id = ?`

// Generation reads one generation of the claimant. Faults: Unauthorized, NotFound.
func (s *Store) Generation(ctx context.Context, claim auth.Claim, now time.Time, id string) (auth.Identity, studio.Detail, error) {
	identity, results, err := s.owned(ctx, claim, now, d1.SQL(selectDetail, id))
	if err != nil {
		return identity, studio.Detail{}, err
	}
	if len(results[0].Rows) == 0 {
		return identity, studio.Detail{}, fault.New(fault.NotFound, "History item not found.")
	}
	row := results[0].Rows[0]
	detail := studio.Detail{Generation: readGeneration(row), Input: rawJSON(row.Text(11)), Output: rawJSON(row.Text(12))}
	for _, digit := range row.Text(13) {
		detail.Stored = append(detail.Stored, digit == '1')
	}
	return identity, detail, nil
}

// rawJSON passes stored JSON on; what can't be read is null.
func rawJSON(text string) json.RawMessage {
	if !safejson.Valid([]byte(text)) {
		return json.RawMessage("null")
	}
	return json.RawMessage(text)
}

const selectFirstKey = `
	SELECT r2_key` + fromOwned + ` AND id = ?`

const selectAssetKey = `
	SELECT asset.r2_key
	FROM generation_asset asset
	JOIN generation ON generation.id = asset.generation_id
	WHERE generation.user_id = (SELECT id FROM owner) AND generation.id = ? AND asset.position = ?`

const selectReferenceKey = `
	SELECT CASE WHEN json_valid(input_json) THEN json_extract(input_json, '$.referenceKey') END` + fromOwned + ` AND id = ?`

// AssetKey finds the object of an image of the claimant's, counted from 0. Faults: Unauthorized, NotFound.
func (s *Store) AssetKey(ctx context.Context, claim auth.Claim, now time.Time, id string, position int) (auth.Identity, string, error) {
	if position == 0 {
		return s.key(ctx, claim, now, d1.SQL(selectFirstKey, id))
	}
	return s.key(ctx, claim, now, d1.SQL(selectAssetKey, id, position))
}

// ReferenceKey finds the object of the picture that a generation of the claimant's started from. Faults: Unauthorized, NotFound.
func (s *Store) ReferenceKey(ctx context.Context, claim auth.Claim, now time.Time, id string) (auth.Identity, string, error) {
	return s.key(ctx, claim, now, d1.SQL(selectReferenceKey, id))
}

func (s *Store) key(ctx context.Context, claim auth.Claim, now time.Time, query d1.Statement) (auth.Identity, string, error) {
	identity, results, err := s.owned(ctx, claim, now, query)
	if err != nil {
		return identity, "", err
	}
	if rows := results[0].Rows; len(rows) == 1 && rows[0].Text(0) != "" {
		return identity, rows[0].Text(0), nil
	}
	return identity, "", fault.New(fault.NotFound, "History item asset not found.")
}
