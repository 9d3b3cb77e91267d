package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/studio"
)

const updateGenerationSucceeded = `
	UPDATE generation
	SET
		status = 'succeeded',
		output_json = ?,
		provider_request_id = nullif(?, ''),
		provider_model = ?,
		r2_key = nullif(?, ''),
		updated_at = ?
	WHERE id = ?
		AND user_id = ?
		AND status IN ('pending', 'running')`

const selectSucceeded = `
	SELECT 1
	FROM generation
	WHERE id = ?
		AND status = 'succeeded'`

// CompleteGeneration writes the result and one row per image, and reports whether the generation has succeeded: a second
// call changes nothing and finds what the first one wrote.
func (s *Store) CompleteGeneration(ctx context.Context, done studio.SucceededGeneration) (bool, error) {
	copies, err := json.Marshal(done.Copies)
	if err != nil {
		return false, fmt.Errorf("complete generation: %w", err)
	}
	statements, err := answerStatements(done.GenerationID, done.Answer)
	if err != nil {
		return false, fmt.Errorf("complete generation: %w", err)
	}

	answer, err := s.batch(ctx, "complete generation", append(statements,
		d1.SQL(updateGenerationSucceeded, done.OutputJSON, done.ProviderRequestID, done.Model, done.Key(), seconds(done.At), done.GenerationID, done.UserID),
		d1.SQL(insertAssets, seconds(done.NextAttempt), seconds(done.At), seconds(done.At), string(copies), done.GenerationID),
		d1.SQL(deleteTask, done.GenerationID),
		d1.SQL(selectSucceeded, done.GenerationID),
	)...)
	return err == nil && answer.rows(answer.last()) == 1, err
}

// updateGenerationFailed removes the prompts and pictures from what was sent, and leaves numbers and switches.
const updateGenerationFailed = `
	UPDATE generation
	SET
		status = 'failed',
		error_code = ?,
		error_message = ?,
		input_json = CASE WHEN json_valid(input_json) THEN json_replace(
			json_remove(
				input_json,
				'$.referenceImage',
				'$.referenceKey',
				'$.moreReferences',
				'$.parameters.referenceImage',
				'$.parameters.negativePrompt'
			),
			'$.prompt', '',
			'$.parameters.prompt', ''
		) ELSE '{}' END,
		updated_at = ?
	WHERE id = ?
		AND user_id = ?
		AND status IN ('pending', 'running')`

// referenceKey is the key of the object that a generation started from, or NULL if there is none.
const referenceKey = `
		CASE
			WHEN json_valid(input_json) AND json_type(input_json, '$.referenceKey') = 'text'
			THEN json_extract(input_json, '$.referenceKey')
		END AS reference_key`

// moreReferences is what input_json says of the references after the first: a row of json_each per reference.
const moreReferences = `json_each(CASE WHEN json_valid(input_json) THEN input_json ELSE '{}' END, '$.moreReferences') reference`

// moreReferenceKey is the key of the object of one of them. json_extract would fail for a row that is not a JSON object.
const moreReferenceKey = `CASE reference.type WHEN 'object' THEN json_extract(reference.value, '$.key') END`

const hasNotEnded = `
		AND status IN ('pending', 'running')`

const selectPendingReferences = `
	WITH ended AS (
		SELECT input_json
		FROM generation
		WHERE id = ?
			AND user_id = ?
			AND status IN ('pending', 'running')
	)
	SELECT` + referenceKey + `
	FROM ended
	WHERE reference_key <> ''
	UNION ALL
	SELECT ` + moreReferenceKey + ` AS reference_key
	FROM ended, ` + moreReferences + `
	WHERE reference_key <> ''`

const selectStatus = `
	SELECT status
	FROM generation
	WHERE id = ?`

// FailGeneration records the failure and refunds the credit. Reference and refund come first, because they ask whether the
// row has ended. A refunded failure is counted even if its row was deleted meanwhile.
func (s *Store) FailGeneration(ctx context.Context, charge studio.Charge, code fault.Code, message string, at time.Time, sent *studio.Answer) (studio.FailedGeneration, error) {
	id := charge.GenerationID
	refund, refundStatements := refundStatements(charge, at)
	statements := append([]d1.Statement{d1.SQL(selectPendingReferences, id, charge.UserID)}, refundStatements...)
	statements = append(statements, d1.SQL(insertDiscard+hasNotEnded, discardAt(at), id, charge.UserID))
	if studio.CountsAsFailure(code) {
		statements = append(statements, d1.SQL(upsertFailure,
			failuresKey(charge.UserID), refund, at.UnixMilli(), at.Add(studio.FailuresLive).UnixMilli()))
	}
	answerStatements, err := answerStatements(id, sent)
	if err != nil {
		return studio.FailedGeneration{}, fmt.Errorf("fail generation: %w", err)
	}
	statements = append(statements, answerStatements...)
	statements = append(statements,
		d1.SQL(updateGenerationFailed, string(code), message, seconds(at), id, charge.UserID),
		d1.SQL(deleteTask, id),
		d1.SQL(selectStatus, id),
	)

	answer, err := s.batch(ctx, "fail generation", statements...)
	if err != nil {
		return studio.FailedGeneration{}, err
	}
	var status studio.Status
	if _, err := answer.first(answer.last(), (*string)(&status)); err != nil {
		return studio.FailedGeneration{}, err
	}
	keys, err := answer.texts(0)
	return studio.FailedGeneration{Status: status, ReferenceKeys: keys}, err
}

// selectObjectKeys returns the keys of a generation's objects: the first image's, each other image's and the references'.
const selectObjectKeys = `
	WITH doomed AS (
		SELECT
			id,
			r2_key,
			input_json
		FROM generation
		WHERE id = ?
			AND user_id = ?
	)` + selectDoomedKeys

// selectDoomedKeys are the keys of the generations of doomed.
const selectDoomedKeys = `
	SELECT r2_key AS object_key
	FROM doomed
	WHERE r2_key <> ''
	UNION
	SELECT asset.r2_key
	FROM generation_asset asset
	JOIN doomed ON doomed.id = asset.generation_id
	WHERE asset.r2_key <> ''
	UNION
	SELECT` + referenceKey + `
	FROM doomed
	WHERE reference_key <> ''
	UNION
	SELECT ` + moreReferenceKey + ` AS reference_key
	FROM doomed, ` + moreReferences + `
	WHERE reference_key <> ''`

// deleteGeneration leaves a generation whose task is at work, unless it is told to delete that too.
const deleteGeneration = `
	DELETE FROM generation
	WHERE id = ?
		AND user_id = ?` + mayBeDeleted

const mayBeDeleted = `
		AND (? OR status <> 'running')`

// DeleteGeneration removes a generation of the caller's user with the rows of its images. The ledger keeps its entries. If its
// task is at work, it removes nothing and returns the task, unless end says what to do with it. Faults: Unauthorized, if the
// caller's session has ended meanwhile, or its API key may no longer do that.
func (s *Store) DeleteGeneration(ctx context.Context, caller auth.Session, id string, at time.Time, end studio.TaskEnd) (studio.DeletedGeneration, error) {
	userID, signedIn := caller.UserID, callerExists(caller.UserID, caller.ID, auth.ScopeGenerate)
	statements := []d1.Statement{d1.SQL(selectObjectKeys, id, userID), d1.SQL(selectTaskOfUser, id, userID)}
	if end.Refund {
		statements = append(statements, refundStatementsOf(end.Charge, at)...)
	}
	answer, err := s.batch(ctx, "delete generation", append(statements,
		signedIn.on(d1.SQL(insertDiscard+mayBeDeleted, discardAt(at), id, userID, end.Delete)),
		signedIn.on(d1.SQL(deleteGeneration, id, userID, end.Delete)),
		signedIn.query(),
	)...)
	if err != nil {
		return studio.DeletedGeneration{}, err
	}
	if answer.rows(answer.last()) == 0 {
		return studio.DeletedGeneration{}, auth.Unauthenticated()
	}

	deleted := studio.DeletedGeneration{Found: answer.changed(answer.last()-1) == nil}
	if deleted.ObjectKeys, err = answer.texts(0); err != nil {
		return studio.DeletedGeneration{}, err
	}
	if answer.rows(1) == 0 {
		return deleted, nil
	}
	job, err := readJob(answer, 1)
	if !deleted.Found {
		deleted.Running = job
	}
	return deleted, err
}
