using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using EdgeOrleans.Grains.Entries;

namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>
/// Writes payloads, one after the other, into one buffer that is as large as the largest of them. It is made at that size: one that
/// doubles until a payload fits leaves four times its bytes behind, and the largest of that among the collector's large objects.
/// </summary>
internal sealed class StatePayloadWriter : IDisposable
{
    // Keys keep their own letters, so that a person who looks into the database can read them.
    // What is written is valid by construction, so it is not checked a second time.
    private static readonly JsonWriterOptions Options =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    // What is written beside keys and values: an entry with all its members, a header and what the writer asks for in advance.
    private const int EntryOverheadBytes = 112;
    private const int PayloadOverheadBytes = 6 * 1024;

    private readonly string _namespace;
    private readonly string _collection;
    private ArrayBufferWriter<byte> _buffer = new(PayloadOverheadBytes);
    private readonly Utf8JsonWriter _json;

    public StatePayloadWriter(string collectionKey)
    {
        CollectionKey.TrySplit(collectionKey, out _namespace, out _collection);
        _json = new Utf8JsonWriter(_buffer, Options);
    }

    /// <summary>What an entry adds to a payload, near enough for cutting a snapshot into chunks.</summary>
    public static int EstimateBytes(in StoredEntry entry) => entry.Bytes + 80;

    /// <summary>Writes a payload. It is valid until the next one is begun.</summary>
    public ReadOnlyMemory<byte> Write(StateHeader header, IReadOnlyCollection<StoredEntry> entries)
    {
        Reserve(entries);
        _json.WriteStartObject();
        WriteHeader(header);
        _json.WriteStartArray(StatePayload.Entries);
        foreach (var entry in entries)
        {
            WriteEntry(entry);
        }

        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.Flush();
        return _buffer.WrittenMemory;
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    private void Reserve(IReadOnlyCollection<StoredEntry> entries)
    {
        var bytes = PayloadOverheadBytes + (EntryOverheadBytes * entries.Count) + entries.Sum(static entry => entry.Bytes);
        if (bytes > _buffer.Capacity)
        {
            _buffer = new ArrayBufferWriter<byte>(bytes);
        }

        _buffer.ResetWrittenCount();
        _json.Reset(_buffer);
    }

    private void WriteHeader(StateHeader header)
    {
        _json.WriteNumber(StatePayload.FormatName, StatePayload.Format);
        _json.WriteString(StatePayload.Namespace, _namespace);
        _json.WriteString(StatePayload.Collection, _collection);
        _json.WriteString(StatePayload.Writer, header.Writer);
        _json.WriteNumber(StatePayload.Save, header.Save);
        _json.WriteNumber(StatePayload.Generation, header.Generation);
        _json.WriteNumber(StatePayload.Sequence, header.Sequence);
        _json.WriteString(StatePayload.Kind, StatePayload.Kinds[(int)header.Kind]);
        if (header.Kind == StateKind.Seal)
        {
            _json.WriteNumber(StatePayload.Chunks, header.Chunks);
            return;
        }

        if (header.Kind == StateKind.Delta)
        {
            _json.WriteNumber(StatePayload.Since, header.Since);
        }

        _json.WriteNumber(StatePayload.LastVersion, header.LastVersion);
        _json.WriteNumber(StatePayload.TombstoneFloor, header.TombstoneFloor);
        _json.WriteNumber(StatePayload.Count, header.Count);
        _json.WriteNumber(StatePayload.Bytes, header.Bytes);
        if (header.Kind == StateKind.Chunk)
        {
            _json.WriteNumber(StatePayload.Chunk, header.Chunk);
        }

        if (header.Kind == StateKind.Head)
        {
            _json.WriteNumber(StatePayload.Chunks, header.Chunks);
            _json.WriteNumber(StatePayload.StaleChunks, header.StaleChunks);
            _json.WriteNumber(StatePayload.ChunkBytes, header.ChunkBytes);
        }
    }

    private void WriteEntry(in StoredEntry entry)
    {
        _json.WriteStartObject();
        _json.WriteString(StatePayload.Key, entry.Key);
        _json.WriteNumber(StatePayload.Sequence, entry.Sequence);
        _json.WriteNumber(StatePayload.Version, entry.Version);
        if (entry.ExpiresAtMicros != 0)
        {
            _json.WriteNumber(StatePayload.Expiry, entry.ExpiresAtMicros);
        }

        if (entry.IsTombstone)
        {
            _json.WriteBoolean(StatePayload.Deleted, true);
        }
        else
        {
            _json.WritePropertyName(StatePayload.Value);
            _json.WriteRawValue(entry.Value.Span, skipInputValidation: true);
        }

        _json.WriteEndObject();
    }
}
