using EdgeOrleans.Load.Http;

namespace EdgeOrleans.Load.Workloads;

/// <summary>Values of 64 KiB: each user writes and reads four keys of a collection of its own in turn.</summary>
internal sealed class LargeWorkload : Workload
{
    private const int KeysPerUser = 4;
    private const int ValueBytes = 64 * 1024;
    private const int Get = 0;
    private const int Set = 1;

    public override IReadOnlyList<string> Steps { get; } = ["get", "set"];

    public override User CreateUser(LoadTarget target, int index, int count) => new LargeUser(target.Requests(), index);

    private sealed class LargeUser(RequestBuffer requests, int index) : User
    {
        private readonly OwnKey[] _keys =
            [.. Enumerable.Range(0, KeysPerUser).Select(i => new OwnKey($"load-large-{index}", $"k{i}", ValueBytes))];

        private int _turn = -1;
        private bool _isThere;

        public override Request Next()
        {
            // A read follows its write, but not a write that failed: there may be no value then.
            var reads = !IsRead && _isThere;
            _turn = reads ? _turn + 1 : ((_turn | 1) + 1) % (2 * KeysPerUser);
            return reads ? new Request(Key.Get(requests), Get) : new Request(Key.SetNext(requests), Set);
        }

        public override string? Judge(in Answer answer)
        {
            if (IsRead)
            {
                return Key.JudgeGet(answer, Key.Answered);
            }

            var fault = Key.JudgeSet(answer);
            _isThere = fault is null;
            return fault;
        }

        public override void Unanswered() => _isThere = false;

        private bool IsRead => (_turn & 1) == 1;

        private OwnKey Key => _keys[_turn / 2];
    }
}
