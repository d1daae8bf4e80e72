using System.Text;
using EdgeOrleans.Load.Http;

namespace EdgeOrleans.Load.Workloads;

/// <summary>Values of one size that say which key they are of and the how manieth of it: who reads one can tell an old one.</summary>
internal sealed class CountedValue
{
    private const int NumberDigits = 10;
    private readonly byte[] _value;
    private readonly byte[] _afterNumber;

    /// <summary>For one key.</summary>
    public CountedValue(string key, int bytes)
    {
        var start = "{\"n\":1000000000";
        var rest = $",\"of\":\"{key}\",\"fill\":\"";
        _value = Encoding.ASCII.GetBytes(start + rest + new string('x', Math.Max(0, bytes - start.Length - rest.Length - 2)) + "\"}");
        _afterNumber = _value[start.Length..];
    }

    /// <summary>The first number; each write adds one.</summary>
    public static long First => 1_000_000_000;

    /// <summary>The JSON text with this number. The same array each time.</summary>
    public ReadOnlySpan<byte> Text(long number)
    {
        System.Buffers.Text.Utf8Formatter.TryFormat(number, _value.AsSpan(5), out _);
        return _value;
    }

    /// <summary>The number in an entry, or -1 when its value is none of this key.</summary>
    public long NumberIn(in Answer answer)
    {
        var label = "\"value\":{\"n\":"u8;
        var body = answer.Body.Span;
        var at = body.IndexOf(label);
        return at >= 0 && body[(at + label.Length)..] is var value && value.Length > NumberDigits && value[NumberDigits..].StartsWith(_afterNumber)
            ? answer.NumberAfter(label)
            : -1;
    }
}
