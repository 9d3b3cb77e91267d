package api

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/studio/picture"
)

// serveObject streams an object of the user's, or a part of it. Whatever it holds, a browser shows it as a picture or a video, or
// not at all. An object never changes, so its key determines its tag, and a client that has it is answered without reading the bucket.
func (a *App) serveObject(w http.ResponseWriter, r bunrouter.Request, find ownedRead[string]) error {
	_, key, err := readOwned(a, r, find)
	if err != nil {
		return shortNotFound(err)
	}
	tag := tagOf(key)
	if hasTag(r.Header.Get("If-None-Match"), tag) {
		setObjectHeaders(w.Header(), r, key)
		w.WriteHeader(http.StatusNotModified)
		return nil
	}

	object, err := a.platform.Bucket.Get(r.Context(), key)
	if errors.Is(err, platform.ErrObjectNotFound) {
		return noAsset()
	}
	if err != nil {
		return err
	}
	if wanted, ok := askedRange(r.Request, tag); ok {
		if err := object.Body.Close(); err != nil {
			return err
		}
		return a.servePart(w, r, key, wanted, object.Size)
	}
	defer object.Body.Close()
	return sendObject(w, r, key, object, object.Size, http.StatusOK)
}

// servePart sends a part of an object of a size.
func (a *App) servePart(w http.ResponseWriter, r bunrouter.Request, key string, wanted byteRange, size int64) error {
	offset, length, ok := wanted.within(size)
	if !ok {
		w.Header()["Content-Range"] = []string{"bytes */" + strconv.FormatInt(size, 10)}
		return &plainError{status: http.StatusRequestedRangeNotSatisfiable, text: "The range is beyond the end of the image."}
	}
	object, err := a.platform.Bucket.GetPart(r.Context(), key, offset, length)
	if errors.Is(err, platform.ErrObjectNotFound) {
		return noAsset()
	}
	if err != nil {
		return err
	}
	defer object.Body.Close()

	w.Header()["Content-Range"] = []string{"bytes " + strconv.FormatInt(offset, 10) + "-" +
		strconv.FormatInt(offset+length-1, 10) + "/" + strconv.FormatInt(size, 10)}
	return sendObject(w, r, key, object, length, http.StatusPartialContent)
}

func sendObject(w http.ResponseWriter, r bunrouter.Request, key string, object *platform.Object, length int64, status int) error {
	header := w.Header()
	setObjectHeaders(header, r, key)
	header["Content-Type"] = []string{object.ContentType}
	header["Content-Length"] = []string{strconv.FormatInt(length, 10)}
	if firstValue(r.URL.RawQuery, "download") == "1" {
		header["Content-Disposition"] = []string{`attachment; filename="` + fileName(r, object.ContentType) + `"`}
	}
	if r.Method == http.MethodHead {
		w.WriteHeader(status)
		return nil
	}

	if status != http.StatusOK {
		w.WriteHeader(status)
	}
	_, err := io.Copy(w, object.Body)
	return err
}

func setObjectHeaders(header http.Header, r bunrouter.Request, key string) {
	header["Etag"] = []string{tagOf(key)}
	header["Accept-Ranges"] = []string{"bytes"}
	header["Cache-Control"] = []string{"private, max-age=3600"}
	if !strings.HasSuffix(r.Route(), "/asset") { // whose answer is as recorded
		header["Cache-Control"] = []string{"private, max-age=86400, immutable"}
	}
	header["Cross-Origin-Resource-Policy"] = sameSite // for the <img> of a frontend on the same site
	delete(header, "Expires")
	header["Content-Security-Policy"] = []string{picturePolicy}
	if strings.HasSuffix(key, ".mp4") {
		header["Content-Security-Policy"] = []string{videoPolicy}
	}
}

// What a browser may do with an object that is opened by itself. Its player of videos asks for the video's parts.
const (
	picturePolicy = "default-src 'none'; sandbox"
	videoPolicy   = "default-src 'none'; media-src 'self'; sandbox allow-same-origin"
)

// tagOf returns the entity tag of the object under a key.
func tagOf(key string) string {
	sum := sha256.Sum256([]byte(key))
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:16]) + `"`
}

// hasTag reports whether a list of entity tags, as of If-None-Match, contains the tag.
func hasTag(list, tag string) bool {
	for sent := range strings.SplitSeq(list, ",") {
		sent = strings.TrimSpace(sent)
		if sent == "*" || strings.TrimPrefix(sent, "W/") == tag {
			return true
		}
	}
	return false
}

// fileName is the name under which a browser saves the picture.
func fileName(r bunrouter.Request, contentType string) string {
	name := "addreams-" + strings.Map(func(char rune) rune {
		if char < 0x80 && (char == '-' || char >= '0' && char <= '9' || char|0x20 >= 'a' && char|0x20 <= 'z') {
			return char
		}
		return -1
	}, r.Param("id"))
	if index, err := strconv.ParseUint(r.Param("index"), 10, 16); err == nil {
		name += "-" + strconv.FormatUint(index, 10)
	}
	return name + "." + picture.Extension(contentType)
}
