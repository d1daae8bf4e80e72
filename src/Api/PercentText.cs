using System.Buffers;
using System.Globalization;
using System.Text.Unicode;

namespace EdgeOrleans.Api;

/// <summary>Percent-encoded text of a request target, decoded exactly once.</summary>
internal static class PercentText
{
    private const int StackBytes = 512;

    /// <summary>Decodes one segment or query value.</summary>
    /// <returns><see langword="false"/> for a broken escape and for bytes that are not UTF-8.</returns>
    public static bool TryDecode(ReadOnlySpan<char> raw, out string text)
    {
        if (!raw.ContainsAnyExceptInRange('\0', '\x7f') && !raw.Contains('%'))
        {
            text = raw.ToString();
            return true;
        }

        var rented = raw.Length > StackBytes ? ArrayPool<byte>.Shared.Rent(raw.Length) : null;
        var bytes = rented ?? stackalloc byte[StackBytes];
        var ok = TryUnescape(raw, bytes, out var length) & TryReadUtf8(bytes[..length], out text);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return ok;
    }

    private static bool TryUnescape(ReadOnlySpan<char> raw, Span<byte> bytes, out int length)
    {
        length = 0;
        for (var i = 0; i < raw.Length; i++)
        {
            var c = raw[i];
            if (c == '%')
            {
                if (i + 2 >= raw.Length || !byte.TryParse(raw.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var escaped))
                {
                    return false;
                }

                bytes[length++] = escaped;
                i += 2;
            }
            else if (c < 0x80)
            {
                bytes[length++] = (byte)c;
            }
            else
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryReadUtf8(ReadOnlySpan<byte> bytes, out string text)
    {
        Span<char> chars = bytes.Length <= StackBytes ? stackalloc char[StackBytes] : new char[bytes.Length];
        var status = Utf8.ToUtf16(bytes, chars, out _, out var written, replaceInvalidSequences: false);
        text = status == OperationStatus.Done ? new string(chars[..written]) : "";
        return status == OperationStatus.Done;
    }
}
