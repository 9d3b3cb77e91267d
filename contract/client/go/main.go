// Command program makes an image with the client that oapi-codegen generates from the API's description, and prints what it
// cost. The test generates the package apiclient beside a copy of this file.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"net/http/cookiejar"
	"os"

	"program/apiclient"
)

func main() {
	if err := run(context.Background(), os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, base string) error {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	client, err := apiclient.NewClientWithResponses(base, apiclient.WithHTTPClient(&http.Client{Jar: jar}))
	if err != nil {
		return err
	}
	user, err := client.SignUpEmailWithResponse(ctx, apiclient.SignUpEmailJSONRequestBody{
		Name: "Go", Email: "go@example.test", Password: "correct horse",
	})
	if err != nil {
		return err
	}
	if user.JSON200 == nil {
		return fmt.Errorf("sign up: %s", user.Body)
	}

	prompt, key := "a shoe on a rock", "order-1"
	made, err := client.ImageFromTextWithResponse(ctx, &apiclient.ImageFromTextParams{IdempotencyKey: &key}, apiclient.TextOrder{Prompt: &prompt})
	if err != nil {
		return err
	}
	if made.JSON200 == nil {
		return fmt.Errorf("make an image: %s", made.Body)
	}
	credits, err := client.CreditsWithResponse(ctx, nil)
	if err != nil {
		return err
	}
	if credits.JSON200 == nil {
		return fmt.Errorf("read the ledger: %s", credits.Body)
	}
	image, err := client.ShowAssetWithResponse(ctx, made.JSON200.GenerationId, nil)
	if err != nil {
		return err
	}

	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"user": user.JSON200.User.Email, "ledger": *credits.JSON200.Entries[0].GenerationId == made.JSON200.GenerationId,
		"left": credits.JSON200.Balance.ProductShoots, "bytes": len(image.Body), "images": len(made.JSON200.Output.Images),
	})
}
