using EdgeOrleans.Load.Http;
using EdgeOrleans.Load.Recording;

namespace EdgeOrleans.Load.Workloads;

/// <summary>The same GET again and again, whose answer always holds the same bytes.</summary>
internal sealed class ConstantWorkload : Workload
{
    private readonly string _path;
    private readonly byte[] _expected;
    private readonly (string Path, string Body)? _written;

    private ConstantWorkload(string path, string expected, (string, string)? written)
    {
        _path = path;
        _expected = System.Text.Encoding.ASCII.GetBytes(expected);
        _written = written;
    }

    public override IReadOnlyList<string> Steps { get; } = ["get"];

    /// <summary>GET of one existing key with a value of 100 bytes.</summary>
    public static ConstantWorkload Key()
    {
        const string Path = "/api/v1/kv/default/load/get";
        var value = $"\"{new string('x', 98)}\"";
        return new ConstantWorkload(Path, $"\"value\":{value}", (Path, $"{{\"value\":{value}}}"));
    }

    /// <summary>GET /health of a service that is well.</summary>
    public static ConstantWorkload Health() => new("/health", "\"status\":\"healthy\"", null);

    public override async Task Prepare(LoadTarget target)
    {
        if (_written is var (path, body))
        {
            using var writer = new Writer(target);
            await writer.Set(path, body);
        }
    }

    public override User CreateUser(LoadTarget target, int index, int count) =>
        new Reader(target.Requests().Write(System.Text.Encoding.ASCII.GetBytes($"GET {_path}")), _expected);

    private sealed class Reader(ReadOnlyMemory<byte> request, byte[] expected) : User
    {
        public override Request Next() => new(request, 0);

        public override string? Judge(in Answer answer) =>
            answer.Status != 200 ? ErrorKind.Of(answer)
            : answer.Holds(expected) ? null
            : ErrorKind.WrongAnswer;
    }
}
