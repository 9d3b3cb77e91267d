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

// selectGenerationColumns are what generationFields reads. An image that was not copied has its first URL at the provider.
const selectGenerationColumns = `
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
		CASE
			WHEN r2_key IS NULL
				AND status = 'succeeded'
				AND json_valid(output_json)
				AND json_type(output_json, '$.images[0]') = 'text'
			THEN json_extract(output_json, '$.images[0]')
		END AS source_url,
		CASE
			WHEN workflow = 'video-from-reference'
				AND json_valid(input_json)
				AND json_type(input_json, '$.parameters.duration') = 'integer'
			THEN json_extract(input_json, '$.parameters.duration')
		END AS seconds`

// generationFields returns the destinations for selectGenerationColumns.
func generationFields(generation *studio.Generation) []any {
	return []any{
		&generation.ID,
		(*string)(&generation.Workflow),
		(*string)(&generation.Status),
		d1.Seconds(&generation.CreatedAt),
		d1.Seconds(&generation.UpdatedAt),
		&generation.ProviderModel,
		&generation.ProviderRequestID,
		&generation.ErrorCode,
		&generation.ErrorMessage,
		&generation.Key,
		&generation.SourceURL,
		&generation.Seconds,
	}
}

const fromOwned = `
	FROM generation
	WHERE user_id = (SELECT id FROM owner)`

const withWorkflow = `
		AND workflow = ?`

const withStatus = `
		AND status = ?`

const newestFirst = `
	ORDER BY created_at DESC, rowid DESC
	LIMIT ? OFFSET ?`

// Generations returns a page of the claimant's history. Faults: Unauthorized.
func (s *Store) Generations(ctx context.Context, claim auth.Claim, now time.Time, filter studio.Filter) (auth.Identity, studio.Page, error) {
	columns := selectGenerationColumns
	if filter.Expand {
		columns += selectMoreColumns
	}
	where, args := fromOwned, []any{}
	if filter.Workflow != "" {
		where, args = where+withWorkflow, append(args, string(filter.Workflow))
	}
	if filter.Status != "" {
		where, args = where+withStatus, append(args, string(filter.Status))
	}

	if filter.ByCursor {
		return s.generationsByCursor(ctx, claim, now, filter, d1.SQL(columns+where, args...))
	}

	identity, answer, err := s.owned(ctx, "list generations", claim, now,
		d1.SQL(` SELECT count(*) AS total`+where, args...),
		d1.SQL(columns+where+newestFirst, append(args, filter.Limit, filter.Offset)...),
	)
	if err != nil {
		return identity, studio.Page{}, err
	}
	var page studio.Page
	if err := answer.only(0, &page.Total); err != nil {
		return identity, studio.Page{}, err
	}
	page.Generations, err = readGenerations(answer, 1, filter.Expand)
	return identity, page, err
}

// readGenerations reads the rows of a statement.
func readGenerations(answer answer, statement int, expand bool) ([]studio.Generation, error) {
	generations := make([]studio.Generation, answer.rows(statement))
	var generation studio.Generation
	var more moreColumns
	fields := generationFields(&generation)
	if expand {
		fields = append(fields, &more.prompt, &more.size, &more.stored)
	}

	for i := range generations {
		if err := answer.scan(statement, i, fields...); err != nil {
			return nil, err
		}
		if expand {
			generation.More = more.read()
		}
		generations[i] = generation
	}
	return generations, nil
}

// selectDetail returns one digit per image, 1 if it is stored, and then when the task may be looked at.
const selectDetail = selectGenerationColumns + `,
		input_json,
		output_json,` + storedDigits + `,
		(SELECT look_at FROM generation_task WHERE generation_id = generation.id) AS look_at` + fromOwned + `
		AND id = ?`

// Generation returns one generation of the claimant. Faults: Unauthorized, NotFound.
func (s *Store) Generation(ctx context.Context, claim auth.Claim, now time.Time, id string) (auth.Identity, studio.Detail, error) {
	identity, answer, err := s.owned(ctx, "find generation", claim, now, d1.SQL(selectDetail, id))
	if err != nil {
		return identity, studio.Detail{}, err
	}
	var detail studio.Detail
	var input string
	var output, stored *string
	var lookAt *int64
	found, err := answer.first(0, append(generationFields(&detail.Generation), &input, &output, &stored, &lookAt)...)
	if err != nil {
		return identity, studio.Detail{}, err
	}
	if !found {
		return identity, studio.Detail{}, fault.New(fault.NotFound, "History item not found.")
	}

	detail.Input, detail.Output = rawJSON(&input), rawJSON(output)
	detail.Stored = readStored(stored)
	if lookAt != nil {
		at := time.UnixMilli(*lookAt)
		detail.LookAt = &at
	}
	return identity, detail, nil
}

// rawJSON returns stored JSON unchanged. NULL and anything that is not JSON become null.
func rawJSON(text *string) json.RawMessage {
	if text == nil || !safejson.Valid([]byte(*text)) {
		return json.RawMessage("null")
	}
	return json.RawMessage(*text)
}

const selectFirstKey = `
	SELECT r2_key` + fromOwned + `
		AND id = ?`

const selectAssetKey = `
	SELECT asset.r2_key
	FROM generation_asset asset
	JOIN generation ON generation.id = asset.generation_id
	WHERE generation.user_id = (SELECT id FROM owner)
		AND generation.id = ?
		AND asset.position = ?`

const selectReferenceKey = `
	SELECT` + referenceKey + fromOwned + `
		AND id = ?`

const selectMoreReferenceKey = `
	SELECT ` + moreReferenceKey + `
	FROM (
		SELECT input_json` + fromOwned + `
			AND id = ?
	), ` + moreReferences + `
	WHERE reference.key = ?`

// AssetKey returns the key of the object that holds the claimant's image, counted from 0. Faults: Unauthorized, NotFound.
func (s *Store) AssetKey(ctx context.Context, claim auth.Claim, now time.Time, id string, position int) (auth.Identity, string, error) {
	if position == 0 {
		return s.key(ctx, "find image", claim, now, d1.SQL(selectFirstKey, id))
	}
	return s.key(ctx, "find image", claim, now, d1.SQL(selectAssetKey, id, position))
}

// ReferenceKey returns the key of the object that holds a picture from which a generation of the claimant started, counted from
// 0. Faults: Unauthorized, NotFound.
func (s *Store) ReferenceKey(ctx context.Context, claim auth.Claim, now time.Time, id string, position int) (auth.Identity, string, error) {
	if position > 0 {
		return s.key(ctx, "find reference", claim, now, d1.SQL(selectMoreReferenceKey, id, position-1))
	}
	return s.key(ctx, "find reference", claim, now, d1.SQL(selectReferenceKey, id))
}

func (s *Store) key(ctx context.Context, operation string, claim auth.Claim, now time.Time, query d1.Statement) (auth.Identity, string, error) {
	identity, answer, err := s.owned(ctx, operation, claim, now, query)
	if err != nil {
		return identity, "", err
	}
	var key *string
	if _, err := answer.first(0, &key); err != nil {
		return identity, "", err
	}
	if key == nil || *key == "" {
		return identity, "", fault.New(fault.NotFound, "History item asset not found.")
	}
	return identity, *key, nil
}
