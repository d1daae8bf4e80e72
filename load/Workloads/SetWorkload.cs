using EdgeOrleans.Load.Http;

namespace EdgeOrleans.Load.Workloads;

/// <summary>SETs of 100-byte values, each user to a hundred keys of its own in one collection.</summary>
internal sealed class SetWorkload : Workload
{
    private const int KeysPerUser = 100;
    private const int ValueBytes = 100;

    public override IReadOnlyList<string> Steps { get; } = ["set"];

    public override User CreateUser(LoadTarget target, int index, int count) => new Setter(target.Requests(), index);

    private sealed class Setter(RequestBuffer requests, int index) : User
    {
        private readonly OwnKey[] _keys =
            [.. Enumerable.Range(0, KeysPerUser).Select(i => new OwnKey("load-set", $"u{index}-{i}", ValueBytes))];

        private int _next;

        public override Request Next()
        {
            _next = (_next + 1) % KeysPerUser;
            return new Request(_keys[_next].SetNext(requests), 0);
        }

        public override string? Judge(in Answer answer) => _keys[_next].JudgeSet(answer);
    }
}
