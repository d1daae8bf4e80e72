using System.Buffers.Text;
using System.Text;
using EdgeOrleans.Load.Http;

namespace EdgeOrleans.Load.Workloads;

/// <summary>
/// Values of one size that say which key they are of and the how manieth of it, so that who reads one can tell an old one and a
/// stranger's. Holds one at a time, in the body that sets it.
/// </summary>
internal sealed class CountedValue
{
    private const int NumberDigits = 10;
    private readonly KeySpace _keys;
    private readonly byte[] _body;
    private readonly int _keyAt;

    public CountedValue(KeySpace keys, int bytes)
    {
        _keys = keys;
        var start = $"{{\"n\":{KeySpace.FirstNumber},\"of\":\"";
        var rest = $"{keys.Key(0)}\",\"fill\":\"";
        var fill = new string('x', Math.Max(0, bytes - start.Length - rest.Length - 2));
        _body = [.. BeforeValue, .. Encoding.ASCII.GetBytes($"{start}{rest}{fill}\"}}"), (byte)'}'];
        _keyAt = BeforeValue.Length + start.Length;
    }

    private static ReadOnlySpan<byte> BeforeValue => "{\"value\":"u8;

    private static ReadOnlySpan<byte> BeforeNumber => "\"value\":{\"n\":"u8;

    /// <summary>The JSON text of the value.</summary>
    public ReadOnlySpan<byte> Text => _body.AsSpan(BeforeValue.Length, _body.Length - BeforeValue.Length - 1);

    /// <summary>The body that sets it.</summary>
    public ReadOnlySpan<byte> Body => _body;

    /// <summary>Turns it into a value of this key.</summary>
    public void Be(int key, long number)
    {
        _keys.WriteKey(_body.AsSpan(_keyAt, _keys.KeyBytes), key);
        Utf8Formatter.TryFormat(number, _body.AsSpan(BeforeNumber.Length + 1), out _);
    }

    /// <summary>The number in an entry, or -1 when its value is none of this key and size.</summary>
    public long NumberIn(in Answer answer)
    {
        var body = answer.Body.Span;
        var at = body.IndexOf(BeforeNumber);
        if (at < 0)
        {
            return -1;
        }

        var afterNumber = BeforeNumber.Length + NumberDigits;
        var isOfKey = body[at..].Length > afterNumber && body[(at + afterNumber)..].StartsWith(_body.AsSpan((1 + afterNumber)..^1));
        return isOfKey ? answer.NumberAfter(BeforeNumber) : -1;
    }
}
