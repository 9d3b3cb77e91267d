package store

import (
	"context"
	"encoding/json"

	"github.com/addreams/addreams/app/d1"
)

// Export is everything that is kept about a user, as JSON objects, without what could be used to act as the user: passwords,
// tokens and keys. Times are Unix seconds.
type Export struct {
	User        []json.RawMessage `json:"user"`
	Profile     []json.RawMessage `json:"profile"`
	Accounts    []json.RawMessage `json:"accounts"`
	Sessions    []json.RawMessage `json:"sessions"`
	APIKeys     []json.RawMessage `json:"apiKeys"`
	Ledger      []json.RawMessage `json:"ledger"`
	Purchases   []json.RawMessage `json:"purchases"`
	Generations []json.RawMessage `json:"generations"`
	Images      []json.RawMessage `json:"images"`
}

const (
	exportUser = `
	SELECT json_object(
		'id', id,
		'name', name,
		'email', email,
		'emailVerified', json(iif(email_verified, 'true', 'false')),
		'image', image,
		'createdAt', created_at,
		'updatedAt', updated_at
	) AS item
	FROM user
	WHERE id = ?`

	exportProfile = `
	SELECT json_object(
		'accountType', account_type,
		'creditsProductShoots', credits_product_shoots,
		'creditsAdGraphics', credits_ad_graphics,
		'createdAt', created_at,
		'updatedAt', updated_at
	) AS item
	FROM user_profile
	WHERE user_id = ?`

	exportAccounts = `
	SELECT json_object(
		'provider', provider_id,
		'accountId', account_id,
		'scope', scope,
		'createdAt', created_at
	) AS item
	FROM account
	WHERE user_id = ?
	ORDER BY created_at`

	exportSessions = `
	SELECT json_object(
		'ipAddress', ip_address,
		'userAgent', user_agent,
		'createdAt', created_at,
		'expiresAt', expires_at
	) AS item
	FROM session
	WHERE user_id = ?
	ORDER BY created_at`

	exportAPIKeys = `
	SELECT json_object(
		'name', name,
		'start', start,
		'permissions', permissions,
		'createdAt', created_at,
		'expiresAt', expires_at,
		'lastRequest', last_request
	) AS item
	FROM apikey
	WHERE user_id = ?
	ORDER BY created_at`

	exportLedger = `
	SELECT json_object(
		'id', id,
		'reason', reason,
		'delta', delta,
		'workflow', workflow,
		'generationId', generation_id,
		'note', note,
		'createdAt', created_at
	) AS item
	FROM credit_ledger
	WHERE user_id = ?
	ORDER BY created_at, rowid`

	exportPurchases = `
	SELECT json_object(
		'checkoutId', checkout_id,
		'paymentId', payment_id,
		'pack', pack,
		'productShoots', product_shoots,
		'adGraphics', ad_graphics,
		'amount', amount,
		'currency', currency,
		'returnedAmount', returned_amount,
		'createdAt', created_at,
		'paidAt', paid_at
	) AS item
	FROM credit_purchase
	WHERE user_id = ?
	ORDER BY created_at, rowid`

	exportGenerations = `
	SELECT json_object(
		'id', id,
		'workflow', workflow,
		'status', status,
		'input', input_json,
		'output', output_json,
		'model', provider_model,
		'providerRequestId', provider_request_id,
		'errorCode', error_code,
		'errorMessage', error_message,
		'createdAt', created_at,
		'updatedAt', updated_at
	) AS item
	FROM generation
	WHERE user_id = ?
	ORDER BY created_at, rowid`

	exportImages = `
	SELECT json_object(
		'generationId', asset.generation_id,
		'position', asset.position,
		'sourceUrl', asset.source_url,
		'key', asset.r2_key,
		'contentType', asset.content_type
	) AS item
	FROM generation_asset asset
	JOIN generation ON generation.id = asset.generation_id
	WHERE generation.user_id = ?
	ORDER BY generation.created_at, generation.rowid, asset.position`
)

// ExportUser returns everything that is kept about a user. The pictures themselves are in the bucket, under the keys.
func (s *Store) ExportUser(ctx context.Context, userID string) (Export, error) {
	var export Export
	parts := []struct {
		query string
		into  *[]json.RawMessage
	}{
		{exportUser, &export.User}, {exportProfile, &export.Profile}, {exportAccounts, &export.Accounts},
		{exportSessions, &export.Sessions}, {exportAPIKeys, &export.APIKeys}, {exportLedger, &export.Ledger},
		{exportPurchases, &export.Purchases}, {exportGenerations, &export.Generations}, {exportImages, &export.Images},
	}
	statements := make([]d1.Statement, len(parts))
	for i, part := range parts {
		statements[i] = d1.SQL(part.query, userID)
	}

	answer, err := s.batch(ctx, "export user", statements...)
	if err != nil {
		return Export{}, err
	}
	for i, part := range parts {
		items, err := answer.texts(i)
		if err != nil {
			return Export{}, err
		}
		*part.into = make([]json.RawMessage, len(items))
		for j, item := range items {
			(*part.into)[j] = json.RawMessage(item)
		}
	}
	return export, nil
}
