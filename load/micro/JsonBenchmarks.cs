using System.Reflection;
using System.Text;
using BenchmarkDotNet.Attributes;
using EdgeOrleans.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeOrleans.Load.Micro;

/// <summary>The bodies of a SET and of its answer.</summary>
public class JsonBenchmarks
{
    private readonly DefaultHttpContext _context = new();
    private byte[] _body = [];
    private byte[] _value = [];
    private CollectionHandle _collection = null!;

    /// <summary>The value's length.</summary>
    [Params(100, 65_536)]
    public int ValueBytes { get; set; }

    [GlobalSetup]
    public void Make()
    {
        _value = Encoding.ASCII.GetBytes($"\"{new string('x', ValueBytes - 2)}\"");
        _body = [.. "{\"value\":"u8, .. _value, (byte)'}'];
        _collection = new CollectionHandle(
            "default", "bench", DispatchProxy.Create<IGrainFactory, Nobody>(), DispatchProxy.Create<ILocalCollections, Nobody>());
        _context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
    }

    [Benchmark]
    public bool Read_a_SET() => SetBodyReader.Read(_body, int.MaxValue, out _) is null;

    [Benchmark]
    public ValueTask Write_an_entry() => EntryWriter.Send(_context, StatusCodes.Status200OK, _collection, "key", _value, DateTimeOffset.UnixEpoch);

    /// <summary>A handle wants grains and collections, which nothing here calls.</summary>
    public class Nobody : DispatchProxy
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => null;
    }
}
