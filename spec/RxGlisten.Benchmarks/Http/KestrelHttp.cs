using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using RxGlisten.Benchmarks.Running;
using RxGlisten.Benchmarks.Servers;

namespace RxGlisten.Benchmarks.Http;

/// <summary>The process of a minimal Kestrel application: one delegate, without routing, logging or configuration.</summary>
internal static class KestrelHttp
{
    private static readonly TimeSpan LongestLife = TimeSpan.FromMinutes(10);

    public static async Task<int> RunAsync()
    {
        byte[] hello = "Hello, world!\n"u8.ToArray();
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        WebApplication application = builder.Build();
        application.Run(context =>
        {
            HttpResponse response = context.Response;
            response.ContentType = "text/plain; charset=utf-8";
            response.ContentLength = hello.Length;
            return response.Body.WriteAsync(hello).AsTask();
        });
        await application.StartAsync();
        Console.WriteLine(ServerHost.ListeningPrefix + application.Urls.First());
        await ParentWatch.InputEndedAsync(LongestLife);
        return 0;
    }
}
