using System.Buffers.Text;

namespace EdgeOrleans.Load.Http;

/// <summary>What came back. The body is the connection's own buffer: it lasts until the next request.</summary>
internal readonly record struct Answer(int Status, ReadOnlyMemory<byte> Body)
{
    /// <summary>The <c>code</c> of an error's body, empty when it has none.</summary>
    public string ErrorCode()
    {
        var body = Body.Span;
        var at = body.LastIndexOf("\"code\":\""u8);
        if (at < 0)
        {
            return "";
        }

        var code = body[(at + 8)..];
        return System.Text.Encoding.ASCII.GetString(code[..Math.Max(0, code.IndexOf((byte)'"'))]);
    }

    /// <summary>The whole number that follows <paramref name="label"/>, or -1.</summary>
    public long NumberAfter(ReadOnlySpan<byte> label)
    {
        var at = Body.Span.IndexOf(label);
        return at >= 0 && Utf8Parser.TryParse(Body.Span[(at + label.Length)..], out long number, out _) ? number : -1;
    }

    /// <summary>Whether the body holds these bytes.</summary>
    public bool Holds(ReadOnlySpan<byte> bytes) => Body.Span.IndexOf(bytes) >= 0;
}
