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

    public override User CreateUser(LoadTarget target, int index, int count) =>
        new LargeUser(new KeyRequests(new KeySpace($"load-large-{index}", 1, "k", KeysPerUser), ValueBytes, target.Requests()));

    private sealed class LargeUser(KeyRequests requests) : User
    {
        private int _key;
        private bool _isSet;
        private bool _reads;

        public override Request Next()
        {
            // A read follows its write, but not one that failed: there may be no value then.
            _isSet = !_reads;
            _key = _isSet ? (_key + 1) % KeysPerUser : _key;
            _reads = false;
            return _isSet ? new Request(requests.Set(_key), Set) : new Request(requests.Get(_key), Get);
        }

        public override string? Judge(in Answer answer)
        {
            var fault = requests.Judge(answer);
            _reads = _isSet && fault is null;
            return fault;
        }
    }
}
