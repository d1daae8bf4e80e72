using EdgeOrleans.Load.Http;
using EdgeOrleans.Load.Recording;

namespace EdgeOrleans.Load.Workloads;

/// <summary>
/// One user's requests on a key space, one at a time. A read must show the newest write that was answered before the read was
/// sent, or one after it: anything older is a lost write.
/// </summary>
internal sealed class KeyRequests(KeySpace keys, int valueBytes, RequestBuffer requests)
{
    private readonly CountedValue _value = new(keys, valueBytes);
    private readonly byte[] _line = new byte[512];
    private int _key;
    private long _atLeast;
    private bool _isSet;

    public ReadOnlyMemory<byte> Get(int key)
    {
        _isSet = false;
        _key = key;
        _atLeast = keys.Answered(key);
        _value.Be(key, _atLeast);
        return requests.Write(_line.AsSpan(0, keys.WriteRequestLine(_line, "GET", key)));
    }

    public ReadOnlyMemory<byte> Set(int key)
    {
        _isSet = true;
        _key = key;
        _value.Be(key, keys.Send(key));
        return requests.Write(_line.AsSpan(0, keys.WriteRequestLine(_line, "POST", key)), _value.Body);
    }

    /// <summary>What is wrong with the answer, or <see langword="null"/>.</summary>
    public string? Judge(in Answer answer)
    {
        if (answer.Status != (_isSet ? 201 : 200))
        {
            return ErrorKind.Of(answer);
        }

        var number = _value.NumberIn(answer);
        if (!_isSet)
        {
            return number < _atLeast ? ErrorKind.WrongAnswer : null;
        }

        if (number != keys.Sent(_key))
        {
            return ErrorKind.WrongAnswer;
        }

        keys.Answer(_key);
        return null;
    }
}
