// A receiver without any module, on Go 1.20 or newer:
//
//	WEBHOOK_SECRET=whsec_… go run receiver.go
package main

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const (
	tolerance    = 5 * time.Minute
	maxBodyBytes = 1024 * 1024
)

var (
	key   = keyOf(os.Getenv("WEBHOOK_SECRET"))
	inbox = env("INBOX", "inbox")
)

// keyOf reads whsec_ and base64 of the key, or a text of your own, which is the key as it is.
func keyOf(secret string) []byte {
	encoded, isEncoded := strings.CutPrefix(secret, "whsec_")
	if !isEncoded {
		return []byte(secret)
	}
	decoded, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		log.Fatal("WEBHOOK_SECRET is not base64 after whsec_")
	}
	return decoded
}

// isGenuine tells whether a sender that knows the secret sent exactly these bytes, under this id, within the last five minutes.
func isGenuine(headers http.Header, body []byte) bool {
	id, timestamp := headers.Get("webhook-id"), headers.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || time.Since(time.Unix(seconds, 0)).Abs() > tolerance {
		return false
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.", id, timestamp)
	mac.Write(body)
	expected := []byte("v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	// While a secret is rotated there is one entry for each live secret; one match is enough.
	for _, entry := range strings.Split(headers.Get("webhook-signature"), " ") {
		if hmac.Equal([]byte(entry), expected) {
			return true
		}
	}
	return false
}

// keep stores a message once; false if it was there. In production: an INSERT into a table whose primary key is the id.
func keep(id string, body []byte) (bool, error) {
	random := make([]byte, 16)
	if _, err := rand.Read(random); err != nil {
		return false, err
	}
	draft := filepath.Join(inbox, "."+hex.EncodeToString(random))
	if err := os.WriteFile(draft, body, 0o600); err != nil {
		return false, err
	}
	defer os.Remove(draft)
	err := os.Link(draft, filepath.Join(inbox, id))
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	return err == nil, err
}

// receive answers. Work on the messages in the inbox begins after the answer, in a program of its own.
func receive(w http.ResponseWriter, r *http.Request) {
	// The bytes as they came: a body that was parsed and written again has other bytes.
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBodyBytes))
	if err != nil {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	if !isGenuine(r.Header, body) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	id := r.Header.Get("webhook-id")
	isNew, err := keep(id, body)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError) // A message that could not be kept is sent again later.
		return
	}
	fmt.Println(map[bool]string{true: "new", false: "repeat"}[isNew], id)
	w.WriteHeader(http.StatusNoContent)
}

func env(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}

func main() {
	if len(key) == 0 {
		log.Fatal("WEBHOOK_SECRET is missing")
	}
	if err := os.MkdirAll(inbox, 0o700); err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe(":"+env("PORT", "4000"), http.HandlerFunc(receive)))
}
