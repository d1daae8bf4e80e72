using EdgeOrleans.Load.Http;

namespace EdgeOrleans.Load.Workloads;

/// <summary>Reads and writes of 100-byte values, zipfian over the keys of 100 collections.</summary>
internal sealed class MixedWorkload(double writeShare = 0.1) : Workload
{
    private const int Collections = 100;
    private const int Keys = 10_000;
    private const int ValueBytes = 100;
    private const int Get = 0;
    private const int Set = 1;

    private static readonly Zipf Ranks = new(Keys);

    private readonly OwnKey[] _keys =
        [.. Enumerable.Range(0, Keys).Select(static rank => new OwnKey($"load-{rank % Collections:D3}", $"k{rank / Collections:D3}-{rank:D5}", ValueBytes))];

    public override IReadOnlyList<string> Steps { get; } = ["get", "set"];

    public override async Task Prepare(LoadTarget target)
    {
        using var writer = new Writer(target);
        await writer.SetAll(_keys.Select(static key => (key.Collection, key.Key, key.FirstValue)));
    }

    public override User CreateUser(LoadTarget target, int index, int count) =>
        new MixedUser(_keys, writeShare, target.Requests(), index, count);

    private sealed class MixedUser(OwnKey[] keys, double writeShare, RequestBuffer requests, int index, int count) : User
    {
        private readonly Random _random = new(index);
        private OwnKey _key = keys[0];
        private bool _isSet;
        private long _atLeast;

        public override Request Next()
        {
            _isSet = _random.NextDouble() < writeShare;
            var rank = Ranks.Draw(_random);
            if (_isSet)
            {
                // The nearest key that no other user writes.
                _key = keys[((rank - (rank % count) + index) % (keys.Length - (keys.Length % count)))];
                return new Request(_key.SetNext(requests), Set);
            }

            _key = keys[rank];
            _atLeast = _key.Answered;
            return new Request(_key.Get(requests), Get);
        }

        public override string? Judge(in Answer answer) => _isSet ? _key.JudgeSet(answer) : _key.JudgeGet(answer, _atLeast);
    }
}
