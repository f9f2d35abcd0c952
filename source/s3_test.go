package source_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log" //nolint:depguard // http.Server takes no other; what answers that are cut off say is noise
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"daycast"
	"daycast/source"
	"daycast/source/sourcetest"
)

// An s3Server speaks S3's protocol, and misbehaves as it is told.
type s3Server struct {
	client *s3.Client
	query  string       // what an s3:// URL needs to find it
	cut    atomic.Int64 // so many answers are cut off after some bytes
	refuse atomic.Value // an error's code for every answer
	gets   atomic.Int64
	real   http.Handler
}

const s3BucketName = "shop"

func startS3(t *testing.T) *s3Server {
	t.Helper()
	t.Setenv("AWS_ACCESS_KEY_ID", "key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "s3cret")
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(t.TempDir(), "none"))
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(t.TempDir(), "none"))
	backend := s3mem.New()
	if err := backend.CreateBucket(s3BucketName); err != nil {
		t.Fatal(err)
	}
	s := &s3Server{real: gofakes3.New(backend).Server()}
	server := httptest.NewUnstartedServer(s)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	t.Cleanup(server.Close)
	s.query = "?region=eu-west-1&use_path_style=true&endpoint=" + url.QueryEscape(server.URL)
	s.client = s3.New(s3.Options{
		BaseEndpoint: &server.URL, UsePathStyle: true, Region: "eu-west-1",
		Credentials: credentials.NewStaticCredentialsProvider("key", "s3cret", ""),
	})
	return s
}

func (s *s3Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if code, _ := s.refuse.Load().(string); code != "" {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprintf(w, "<Error><Code>%s</Code><Message>no</Message></Error>", code)
		return
	}
	object := r.Method == http.MethodGet && strings.Count(strings.Trim(r.URL.Path, "/"), "/") > 0
	if object {
		s.gets.Add(1)
		if s.cut.Add(-1) >= 0 {
			w = &cutOff{ResponseWriter: w, left: 100_000}
		}
	}
	s.real.ServeHTTP(w, r)
}

// A cutOff answer ends in the middle, as where a connection is lost.
type cutOff struct {
	http.ResponseWriter
	left int
}

func (c *cutOff) Write(p []byte) (int, error) {
	n, err := c.ResponseWriter.Write(p[:min(len(p), c.left)])
	if c.left -= n; c.left == 0 {
		c.ResponseWriter.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	return n, err
}

func (s *s3Server) put(t *testing.T, key string, content []byte) {
	t.Helper()
	name := s3BucketName
	if _, err := s.client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &name, Key: &key, Body: bytes.NewReader(content)}); err != nil {
		t.Fatal(err)
	}
}

// putParts uploads in several parts, as programs do with large files.
func (s *s3Server) putParts(t *testing.T, key string, parts ...[]byte) {
	t.Helper()
	name := s3BucketName
	up, err := s.client.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: &name, Key: &key})
	if err != nil {
		t.Fatal(err)
	}
	var done []types.CompletedPart
	for i, part := range parts {
		number := aws.Int32(int32(i + 1))
		got, err := s.client.UploadPart(t.Context(), &s3.UploadPartInput{
			Bucket: &name, Key: &key, UploadId: up.UploadId, PartNumber: number, Body: bytes.NewReader(part),
		})
		if err != nil {
			t.Fatal(err)
		}
		done = append(done, types.CompletedPart{ETag: got.ETag, PartNumber: number})
	}
	if _, err := s.client.CompleteMultipartUpload(t.Context(), &s3.CompleteMultipartUploadInput{
		Bucket: &name, Key: &key, UploadId: up.UploadId, MultipartUpload: &types.CompletedMultipartUpload{Parts: done},
	}); err != nil {
		t.Fatal(err)
	}
}

func (s *s3Server) url(key string) string { return "s3://" + s3BucketName + "/" + key + s.query }

func TestS3(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T, shop sourcetest.Shop) source.Source {
		s, files := startS3(t), map[source.Table]string{}
		for table, f := range shop {
			key := "a folder/" + string(table) + "+1.csv"
			s.put(t, key, csvOf(t, f, ','))
			files[table] = s.url(key)
		}
		return openS3CSV(t, files)
	})
}

func openS3CSV(t *testing.T, files map[source.Table]string) *source.Files {
	t.Helper()
	src, err := source.OpenCSV(t.Context(), files)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { src.Close() })
	return src
}

func TestS3ManyAsOne(t *testing.T) {
	s := startS3(t)
	for key, content := range map[string]string{
		"in/2024-02.csv": "item_id\nb\n", "in/2024-01.csv": "item_id\na\n", "in/2024-03.csv": "", "in/": "",
		"in/_SUCCESS": "x", "in/day=1/x.csv": "item_id\nc\n", "in/2023.csv": "item_id\nz\n", "inner.csv": "item_id\ni\n",
	} {
		s.put(t, key, []byte(content))
	}
	for key, want := range map[string]string{
		"in/2024-*.csv": "a\nb", "in/2024-0?.csv": "a\nb", "in/": "z\na\nb\nc", "in": "z\na\nb\nc", "in/*/x.csv": "c", "in/2023.csv": "z",
	} {
		src := openS3CSV(t, map[source.Table]string{source.Items: s.url(key)})
		if got := rowsOf(t, src, source.Items, daycast.Span{}); got != want {
			t.Errorf("%s: got %q, want %q", key, got, want)
		}
	}
}

// A large object of several parts is read as a stream, in little memory, and on
// behind where its connection is cut.
func TestS3Streams(t *testing.T) {
	s := startS3(t)
	const parts, rows = 4, 100_000 // 6 MB each
	var all [][]byte
	for p := range parts {
		var b bytes.Buffer
		if p == 0 {
			b.WriteString("item_id,name\n")
		}
		for i := range rows {
			fmt.Fprintf(&b, "item %07d,a name that is as long as names of products are\n", p*rows+i)
		}
		all = append(all, b.Bytes())
	}
	s.putParts(t, "large.csv", all...)
	src := openS3CSV(t, map[source.Table]string{source.Items: s.url("large.csv")})
	s.cut.Store(5)
	var before, during runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	n, most := 0, int64(0)
	for batch, err := range src.Read(t.Context(), source.Items, daycast.Span{}) {
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range batch {
			if row[0] != fmt.Sprintf("item %07d", n) {
				t.Fatalf("row %d is %v", n, row)
			}
			n++
		}
		if n%(20*4096) == 0 {
			runtime.GC()
			runtime.ReadMemStats(&during)
			most = max(most, int64(during.HeapAlloc)-int64(before.HeapAlloc))
		}
	}
	if n != parts*rows || s.cut.Load() >= 0 || most > 16<<20 {
		t.Errorf("%d rows, %d cuts to come, up to %d bytes at once", n, s.cut.Load(), most)
	}
}

// Parquet is read by ranges, and again where one is cut.
func TestS3Parquet(t *testing.T) {
	s, path := startS3(t), filepath.Join(t.TempDir(), "items.parquet")
	copyTo(t, duckDB(t), "SELECT md5(i::VARCHAR) AS item_id, i AS n FROM range(200000) AS t (i)", path, ", ROW_GROUP_SIZE 50000")
	s.put(t, "items.parquet", readFile(t, path))
	src := openParquet(t, map[source.Table]string{source.Items: s.url("items.parquet")})
	s.cut.Store(3)
	s.gets.Store(0)
	got := rowsOf(t, src, source.Items, daycast.Span{})
	local := openParquet(t, map[source.Table]string{source.Items: path})
	if want := rowsOf(t, local, source.Items, daycast.Span{}); got != want {
		t.Errorf("%d bytes of rows, want %d", len(got), len(want))
	}
	if n := s.gets.Load(); n > 100 {
		t.Errorf("%d requests for 4 row groups of 2 columns", n)
	}
}

func TestS3NamesWhatIsWrong(t *testing.T) {
	s := startS3(t)
	s.put(t, "items.csv", []byte("item_id\na\n"))
	open := func(where string) error {
		src, err := source.OpenCSV(t.Context(), map[source.Table]string{source.Items: where})
		if err == nil {
			src.Close()
		}
		return err
	}
	want := func(name string, err error, code daycast.Code, words ...string) {
		t.Helper()
		for _, word := range words {
			if err == nil || daycast.CodeOf(err) != code || !strings.Contains(err.Error(), word) || strings.Contains(fmt.Sprintf("%+v", err), "s3cret") {
				t.Errorf("%s: got %v with code %s, want %q with code %s", name, err, daycast.CodeOf(err), word, code)
			}
		}
	}
	want("no key", open(s.url("none.csv")), daycast.NotFound, "no file that s3://shop/none.csv")
	want("no bucket", open("s3://nobody/items.csv"+s.query), daycast.NotFound, "no bucket s3://nobody")
	for code, is := range map[string]daycast.Code{
		"AccessDenied": daycast.Unauthorized, "InvalidAccessKeyId": daycast.Unauthorized, "AuthorizationHeaderMalformed": daycast.Invalid,
	} {
		s.refuse.Store(code)
		want(code, open(s.url("items.csv")), is, code)
	}
	s.refuse.Store("")
	src := openS3CSV(t, map[source.Table]string{source.Items: s.url("items.csv")})
	s.put(t, "items.csv", []byte("item_id\nbb\n"))
	want("changed", src.Check(t.Context()), daycast.Conflict, "items.csv", "changed while it was read")
}

// A server that is not there is tried again for a while, and then unavailable.
func TestS3Unreachable(t *testing.T) {
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	s := startS3(t)
	gone := httptest.NewServer(nil)
	gone.Close()
	_, err := source.OpenCSV(t.Context(), map[source.Table]string{
		source.Items: "s3://shop/x.csv?region=eu-west-1&use_path_style=1&endpoint=" + url.QueryEscape(gone.URL),
	})
	if daycast.CodeOf(err) != daycast.Unavailable || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("got %v", err)
	}
	s.put(t, "x.csv", []byte("item_id\na\n"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := source.OpenCSV(ctx, map[source.Table]string{source.Items: s.url("x.csv")}); err == nil || ctx.Err() == nil {
		t.Errorf("cancelled: %v", err)
	}
}
