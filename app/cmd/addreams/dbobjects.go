package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"

	"github.com/addreams/addreams/app/cloudflare"
	"github.com/addreams/addreams/app/dbstudio"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/platform/native"
	"github.com/addreams/addreams/infra/names"
)

// addObjects finds the objects that belong to the database, if they are on this machine.
func (s dbSession) addObjects(ctx context.Context, options *dbstudio.Options) error {
	switch {
	case s.target.sqlite != "":
		folder := filepath.Join(filepath.Dir(s.target.sqlite), objectsName)
		if info, err := os.Stat(folder); err != nil || !info.IsDir() {
			options.NoObjects = "There is no folder " + folder + " with the objects of this database."
			return nil
		}
		bucket, err := native.OpenBucket(folder)
		if err != nil {
			return err
		}
		context.AfterFunc(ctx, func() { _ = bucket.Close() })
		options.Objects = folderObjects{bucket}
	case s.target.local || s.target.stack == names.Local:
		config, err := localConfig(ctx)
		if err != nil {
			return err
		}
		options.Objects = cloudObjects{config.Account, names.Of(names.Local).Bucket}
	default:
		options.NoObjects = "The images of a deployed stack are in its R2 bucket, which is not read from here."
	}
	return nil
}

// folderObjects are those of addreams serve.
type folderObjects struct{ bucket *native.Bucket }

func (f folderObjects) Get(ctx context.Context, key string) (string, io.ReadCloser, error) {
	object, err := f.bucket.Get(ctx, key)
	if errors.Is(err, platform.ErrObjectNotFound) || errors.Is(err, native.ErrKey) {
		return "", nil, dbstudio.ErrNoObject
	}
	if err != nil {
		return "", nil, err
	}
	return object.ContentType, object.Body, nil
}

// cloudObjects are those of a bucket behind Cloudflare's REST API.
type cloudObjects struct {
	account cloudflare.Account
	bucket  string
}

// Get opens an object: https://developers.cloudflare.com/api/resources/r2/subresources/buckets/.
func (c cloudObjects) Get(ctx context.Context, key string) (string, io.ReadCloser, error) {
	response, err := c.send(ctx, http.MethodGet, key, nil, "")
	if err != nil {
		return "", nil, err
	}
	if response.StatusCode == http.StatusOK {
		return response.Header.Get("Content-Type"), response.Body, nil
	}

	if err := response.Body.Close(); err != nil {
		return "", nil, err
	}
	if response.StatusCode == http.StatusNotFound {
		return "", nil, dbstudio.ErrNoObject
	}
	return "", nil, c.refused(response)
}

// Put stores an object.
func (c cloudObjects) Put(ctx context.Context, key string, body io.Reader, options platform.PutOptions) error {
	response, err := c.send(ctx, http.MethodPut, key, body, options.ContentType)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		err = c.refused(response)
	}
	return errors.Join(err, response.Body.Close())
}

func (c cloudObjects) refused(response *http.Response) error {
	advice := ""
	switch response.StatusCode {
	case http.StatusNotFound:
		advice = ": there is none of that name, which the deployment makes (here make up)"
	case http.StatusUnauthorized, http.StatusForbidden:
		advice = ": the API token needs the permission Workers R2 Storage"
	}
	return fmt.Errorf("the bucket %s answered with status %d%s", c.bucket, response.StatusCode, advice)
}

func (c cloudObjects) send(ctx context.Context, method, key string, body io.Reader, contentType string) (*http.Response, error) {
	address := c.account.URL("/r2/buckets/" + url.PathEscape(c.bucket) + "/objects/" + (&url.URL{Path: key}).EscapedPath())
	request, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+c.account.Token)
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	return cmp.Or(c.account.Client, http.DefaultClient).Do(request)
}
