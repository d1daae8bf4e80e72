using EdgeOrleans.Load.Http;
using EdgeOrleans.Load.Recording;

namespace EdgeOrleans.Load.Workloads;

/// <summary>
/// A key that one user alone writes and any may read. A read must show the newest write that was answered before the read was
/// sent, or one after it: anything older is a lost write.
/// </summary>
internal sealed class OwnKey(string collection, string key, int valueBytes)
{
    private readonly CountedValue _value = new(key, valueBytes);
    private readonly byte[] _get = Method("GET", collection, key);
    private readonly byte[] _set = Method("POST", collection, key);
    private readonly byte[] _body = new byte[valueBytes + 64];
    private long _sent = CountedValue.First;
    private long _answered = CountedValue.First;

    /// <summary>The newest number that was answered.</summary>
    public long Answered => Volatile.Read(ref _answered);

    public string Collection => collection;

    public string Key => key;

    /// <summary>The value that is there before a run.</summary>
    public string FirstValue => System.Text.Encoding.ASCII.GetString(new CountedValue(key, valueBytes).Text(CountedValue.First));

    public ReadOnlyMemory<byte> Get(RequestBuffer requests) => requests.Write(_get);

    public ReadOnlyMemory<byte> SetNext(RequestBuffer requests)
    {
        var value = _value.Text(++_sent);
        "{\"value\":"u8.CopyTo(_body);
        value.CopyTo(_body.AsSpan(9));
        _body[9 + value.Length] = (byte)'}';
        return requests.Write(_set, _body.AsSpan(0, value.Length + 10));
    }

    public string? JudgeSet(in Answer answer)
    {
        if (answer.Status != 201)
        {
            return ErrorKind.Of(answer);
        }

        if (_value.NumberIn(answer) != _sent)
        {
            return ErrorKind.WrongAnswer;
        }

        Volatile.Write(ref _answered, _sent);
        return null;
    }

    /// <summary>Judges what a GET brought.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="atLeast"><see cref="Answered"/> when the request was sent.</param>
    public string? JudgeGet(in Answer answer, long atLeast) =>
        answer.Status != 200 ? ErrorKind.Of(answer)
        : _value.NumberIn(answer) < atLeast ? ErrorKind.WrongAnswer
        : null;

    private static byte[] Method(string method, string collection, string key) =>
        System.Text.Encoding.ASCII.GetBytes($"{method} /api/v1/kv/default/{collection}/{key}");
}
