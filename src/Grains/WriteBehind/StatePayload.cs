using System.Text.Json;

namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>
/// The names in a row's payload. A payload is one JSON text, so that any program that speaks SQL and JSON can read what is saved:
/// <code>
/// {"format":1,"namespace":"n","collection":"c","writer":"…","save":7,"generation":2,"sequence":90,"kind":"delta",…,
///  "entries":[{"key":"k","sequence":88,"version":1790000000000000,"expiry":…,"value":1.0},
///             {"key":"l","sequence":90,"version":1790000000000001,"deleted":true}]}
/// </code>
/// <c>format</c> stands first and <c>entries</c> last; other members of a known format that a reader does not know are passed over.
/// Values are embedded byte for byte as they were sent.
/// </summary>
internal static class StatePayload
{
    /// <summary>The format that is written, and the newest that is read.</summary>
    public const int Format = 1;

    /// <summary>Levels of nesting around a value, with room to spare.</summary>
    public const int MaxDepth = NameRules.MaxValueDepth + 8;

    public static readonly JsonEncodedText FormatName = JsonEncodedText.Encode("format");
    public static readonly JsonEncodedText Namespace = JsonEncodedText.Encode("namespace");
    public static readonly JsonEncodedText Collection = JsonEncodedText.Encode("collection");
    public static readonly JsonEncodedText Writer = JsonEncodedText.Encode("writer");
    public static readonly JsonEncodedText Save = JsonEncodedText.Encode("save");
    public static readonly JsonEncodedText Generation = JsonEncodedText.Encode("generation");
    public static readonly JsonEncodedText Sequence = JsonEncodedText.Encode("sequence");
    public static readonly JsonEncodedText Kind = JsonEncodedText.Encode("kind");
    public static readonly JsonEncodedText Since = JsonEncodedText.Encode("since");
    public static readonly JsonEncodedText LastVersion = JsonEncodedText.Encode("lastVersion");
    public static readonly JsonEncodedText TombstoneFloor = JsonEncodedText.Encode("tombstoneFloor");
    public static readonly JsonEncodedText Count = JsonEncodedText.Encode("count");
    public static readonly JsonEncodedText Bytes = JsonEncodedText.Encode("bytes");
    public static readonly JsonEncodedText Chunk = JsonEncodedText.Encode("chunk");
    public static readonly JsonEncodedText Chunks = JsonEncodedText.Encode("chunks");
    public static readonly JsonEncodedText StaleChunks = JsonEncodedText.Encode("staleChunks");
    public static readonly JsonEncodedText ChunkBytes = JsonEncodedText.Encode("chunkBytes");
    public static readonly JsonEncodedText Entries = JsonEncodedText.Encode("entries");
    public static readonly JsonEncodedText Key = JsonEncodedText.Encode("key");
    public static readonly JsonEncodedText Version = JsonEncodedText.Encode("version");
    public static readonly JsonEncodedText Expiry = JsonEncodedText.Encode("expiry");
    public static readonly JsonEncodedText Value = JsonEncodedText.Encode("value");
    public static readonly JsonEncodedText Deleted = JsonEncodedText.Encode("deleted");

    /// <summary>The kinds by their names, in the order of <see cref="StateKind"/>.</summary>
    public static readonly JsonEncodedText[] Kinds =
        [JsonEncodedText.Encode("head"), JsonEncodedText.Encode("delta"), JsonEncodedText.Encode("seal"), JsonEncodedText.Encode("chunk")];
}
