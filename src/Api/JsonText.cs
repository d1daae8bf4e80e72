using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text.Unicode;

namespace EdgeOrleans.Api;

/// <summary>Text put into JSON by hand, where a writer object would cost more than the answer.</summary>
internal static class JsonText
{
    /// <summary>A timestamp is always as long: <c>2026-11-24T14:45:00.1234567Z</c>.</summary>
    public const int TimestampBytes = 28;

    private static readonly SearchValues<char> Escaped = SearchValues.Create("\"\\");

    /// <summary>The most bytes that a valid name can take, quotes not counted.</summary>
    public static int MaxBytes(string name) => name.Length * 3;

    /// <summary>
    /// Writes a valid name (<see cref="NameRules"/>) without its quotes. A name holds no control character,
    /// so a quote and a backslash are all that must be escaped.
    /// </summary>
    public static int WriteName(string name, Span<byte> destination)
    {
        ReadOnlySpan<char> rest = name;
        var written = 0;
        while (true)
        {
            var stop = rest.IndexOfAny(Escaped);
            var plain = stop < 0 ? rest : rest[..stop];
            var status = Utf8.FromUtf16(plain, destination[written..], out _, out var bytes);
            Debug.Assert(status == OperationStatus.Done, "a valid name has no unpaired surrogate");
            written += bytes;
            if (stop < 0)
            {
                return written;
            }

            destination[written++] = (byte)'\\';
            destination[written++] = (byte)rest[stop];
            rest = rest[(stop + 1)..];
        }
    }

    /// <summary>Writes the time in RFC 3339, UTC, without its quotes.</summary>
    public static void WriteTimestamp(DateTimeOffset time, Span<byte> destination)
    {
        var done = time.UtcDateTime.TryFormat(destination, out var written, "O", CultureInfo.InvariantCulture);
        Debug.Assert(done && written == TimestampBytes, "the round-trip form has a fixed length");
    }
}
